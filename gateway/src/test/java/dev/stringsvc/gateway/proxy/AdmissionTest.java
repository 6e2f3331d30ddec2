package dev.stringsvc.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.client.ClientRate;
import dev.stringsvc.gateway.client.MinimumRate;
import dev.stringsvc.gateway.http.ClientAddress;
import dev.stringsvc.gateway.retry.Bulkhead;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdmissionTest {
    private static final Admission.Holder SAFE = holder(true);

    private final AtomicLong now = new AtomicLong();
    private final Bulkhead share = new Bulkhead();
    private final Admission admission = new Admission(4, 1, now::get);

    private static Admission.Holder holder(boolean repeatable) {
        return new Admission.Holder() {
            @Override
            public boolean repeatable() {
                return repeatable;
            }

            @Override
            public void cutAnswer(boolean stuck) {}
        };
    }

    private static ClientRate rate() {
        return new MinimumRate(0, Duration.ZERO).start();
    }

    private Admission.@Nullable Permit enter(Object address, Admission.Holder holder) {
        now.incrementAndGet();
        return admission.enter(address, holder, share);
    }

    private List<Admission.Permit> fill(Object address, Admission.Holder holder) {
        List<Admission.Permit> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(Objects.requireNonNull(enter(address, holder)));
        }
        return all;
    }

    @Test
    void one_address_alone_may_have_everything_and_no_more() {
        fill("a", SAFE);
        assertThat(admission.refuses("a")).isTrue();
        assertThat(enter("a", SAFE)).isNull();
    }

    @Test
    void newest_of_the_address_that_holds_most_makes_room_for_another() {
        var all = fill("a", SAFE);
        assertThat(admission.refuses("b")).isFalse();
        assertThat(enter("b", SAFE)).isNotNull();
        assertThat(all).extracting(Admission.Permit::givenUp).containsExactly(false, false, false, true);
        assertThat(enter("b", SAFE)).as("half of what the largest holds").isNull();
        assertThat(admission.inFlight()).isEqualTo(4);
    }

    @Test
    void what_may_be_repeated_makes_room_before_what_may_not() {
        var safe = Objects.requireNonNull(enter("a", SAFE));
        var others = List.of(
                Objects.requireNonNull(enter("a", holder(false))),
                Objects.requireNonNull(enter("a", holder(false))),
                Objects.requireNonNull(enter("a", holder(false))));
        assertThat(enter("b", SAFE)).isNotNull();
        assertThat(safe.givenUp()).isTrue();
        assertThat(enter("c", holder(false))).isNotNull();
        assertThat(others).extracting(Admission.Permit::givenUp).containsExactly(false, false, true);
    }

    @Test
    void an_answer_makes_room_where_there_is_nothing_else() {
        var all = fill("a", SAFE);
        all.forEach(permit -> assertThat(permit.answering(rate())).isTrue());
        assertThat(enter("b", SAFE)).isNotNull();
        assertThat(all).extracting(Admission.Permit::givenUp).containsExactly(false, false, false, true);
    }

    @Test
    void an_answer_that_its_client_does_not_take_makes_room_before_others() {
        var all = fill("a", SAFE);
        var rates = all.stream().map(permit -> rate()).toList();
        for (int i = 0; i < 4; i++) {
            assertThat(all.get(i).answering(rates.get(i))).isTrue();
        }
        rates.get(1).waitForClient();
        assertThat(enter("b", SAFE)).isNotNull();
        assertThat(all).extracting(Admission.Permit::givenUp).containsExactly(false, true, false, false);
    }

    @Test
    void nothing_is_held_once_all_are_over_whatever_happened_at_the_same_time() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 16; t++) {
                String address = t < 12 ? "a" : "b" + t;
                threads.execute(() -> {
                    for (int i = 0; i < 2_000; i++) {
                        if (admission.refuses(address)) {
                            continue;
                        }
                        try (var permit = admission.enter(address, SAFE, share)) {
                            if (permit != null) {
                                permit.answering(rate());
                                permit.lasts();
                            }
                        }
                    }
                });
            }
        }
        assertThat(admission.inFlight()).isZero();
        assertThat(admission.streams()).isZero();
        share.limit(1);
        assertThat(share.tryAcquire()).isTrue();
        assertThat(share.tryAcquire()).as("given back twice").isFalse();
    }

    @Test
    void a_slow_answer_of_one_that_holds_little_is_kept() {
        var slow = Objects.requireNonNull(enter("b", SAFE));
        ClientRate rate = rate();
        assertThat(slow.answering(rate)).isTrue();
        rate.waitForClient();
        for (int i = 0; i < 3; i++) {
            assertThat(enter("a", SAFE)).isNotNull();
        }
        assertThat(enter("c", SAFE)).isNotNull();
        assertThat(slow.givenUp()).isFalse();
    }

    @Test
    void a_share_that_was_lowered_ends_one_request_for_each_that_comes() {
        var all = fill("a", SAFE);
        share.limit(1);
        assertThat(enter("b", SAFE)).isNotNull();
        assertThat(all.stream().filter(Admission.Permit::givenUp)).hasSize(1);
    }

    @Test
    void answer_that_lasts_leaves_the_room_as_long_as_there_is_room_for_such() {
        var all = fill("a", SAFE);
        all.forEach(permit -> permit.answering(rate()));
        now.addAndGet(Admission.LASTING.toNanos() + 10);
        assertThat(enter("a", SAFE)).isNotNull();
        assertThat(admission.streams()).isEqualTo(1);
        assertThat(enter("a", SAFE)).isNull();
        all.forEach(Admission.Permit::close);
        assertThat(admission.streams()).isZero();
        assertThat(admission.inFlight()).isEqualTo(1);
    }

    @Test
    void no_address_holds_a_service_s_whole_share_while_others_want_in() {
        share.limit(2);
        assertThat(enter("a", SAFE)).isNotNull();
        assertThat(enter("a", SAFE)).isNotNull();
        assertThat(enter("a", SAFE)).isNull();
        assertThat(enter("b", SAFE)).isNotNull();
        assertThat(admission.inFlight()).isEqualTo(2);
    }

    @Test
    void addresses_of_one_64_are_one() throws Exception {
        assertThat(of("2001:db8::1")).isEqualTo(of("2001:db8::2:3")).isNotEqualTo(of("2001:db8:0:1::1"));
        assertThat(of("10.0.0.1")).isEqualTo(of("10.0.0.1")).isNotEqualTo(of("10.0.0.2"));
    }

    private static Object of(String address) throws Exception {
        return ClientAddress.of(InetAddress.getByName(address));
    }
}
