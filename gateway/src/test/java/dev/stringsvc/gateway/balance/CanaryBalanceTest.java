package dev.stringsvc.gateway.balance;

import static dev.stringsvc.gateway.balance.Picks.instance;
import static dev.stringsvc.gateway.balance.Picks.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.route.Balancing;
import dev.stringsvc.gateway.route.Canary;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Instances 8 and 9 are canaries, 1 to 3 are not, unless said otherwise.
class CanaryBalanceTest {
    private static final Instance[] INSTANCES = {
        instance(1), instance(2), instance(3), instance(8, "canary"), instance(9, "canary", "blue")
    };
    private static final Set<String> CANARIES = Set.of("i8", "i9");

    private static Balance balance(@Nullable Double percent, @Nullable String header) {
        return balance(percent, header, "round-robin");
    }

    private static Balance balance(@Nullable Double percent, @Nullable String header, String balancing) {
        var canary = new Canary(percent, header == null ? null : Canary.Header.parse(header), "canary", Map.of());
        return Balance.of(Balancing.parse(balancing), canary);
    }

    private static Picks picks(@Nullable Double percent, @Nullable String header) {
        return new Picks(balance(percent, header), INSTANCES);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.1, 1, 10, 12.5, 33.3, 50, 99, 100})
    void of_any_requests_in_a_row_the_share_goes_to_canaries_to_the_one(double percent) {
        List<String> picked = picks(percent, null).of(request(), 3_000);
        int[] before = new int[picked.size() + 1];
        for (int i = 0; i < picked.size(); i++) {
            before[i + 1] = before[i] + (CANARIES.contains(picked.get(i)) ? 1 : 0);
        }
        for (int from = 0; from < picked.size(); from += 7) {
            for (int to = from + 1; to <= picked.size(); to += 13) {
                assertThat(Math.abs(before[to] - before[from] - (to - from) * percent / 100))
                        .isLessThan(1 + 1e-9);
            }
        }
        assertThat(before[3_000]).isEqualTo((int) Math.round(30 * percent));
    }

    @Test
    void the_share_is_exact_however_many_ask_at_the_same_time() throws Exception {
        Picks picks = picks(10.0, null);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Map<String, Integer>> client = () -> picks.counts(request(), 100);
            Map<String, Integer> counts =
                    threads
                            .invokeAll(
                                    IntStream.range(0, 30).mapToObj(i -> client).toList())
                            .stream()
                            .flatMap(done -> done.resultNow().entrySet().stream())
                            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, Integer::sum));
            assertThat(counts)
                    .containsOnly(
                            Map.entry("i8", 150),
                            Map.entry("i9", 150),
                            Map.entry("i1", 900),
                            Map.entry("i2", 900),
                            Map.entry("i3", 900));
        }
    }

    @Test
    void requests_with_the_header_go_to_canaries_and_all_others_to_the_others() {
        Picks picks = picks(null, "X-Canary: yes");
        assertThat(picks.counts(request("x-canary", "yes"), 100))
                .containsOnly(Map.entry("i8", 50), Map.entry("i9", 50));
        assertThat(picks.counts(request("X-Canary", "no"), 99)).containsOnlyKeys("i1", "i2", "i3");
        assertThat(picks.counts(request(), 99)).containsOnlyKeys("i1", "i2", "i3");
        assertThat(picks.of(request(new HeaderFields().add("X-Canary", "no").add("X-Canary", "yes"))))
                .isIn(CANARIES);
    }

    @Test
    void a_header_that_need_only_be_there_may_say_anything() {
        assertThat(picks(null, "X-Canary").counts(request("X-Canary", "whatever"), 10))
                .containsOnlyKeys("i8", "i9");
    }

    @Test
    void the_share_is_of_the_requests_without_the_header() {
        Picks picks = picks(25.0, "X-Canary: yes");
        int canaries = 0;
        for (int i = 0; i < 400; i++) {
            assertThat(picks.of(request("X-Canary", "yes"))).isIn(CANARIES);
            canaries += CANARIES.contains(picks.of(request())) ? 1 : 0;
        }
        assertThat(canaries).isEqualTo(100);
    }

    @Test
    void while_one_side_has_no_instance_the_other_takes_all() {
        Picks without = new Picks(balance(50.0, null), instance(1), instance(2));
        assertThat(without.counts(request(), 100)).containsOnlyKeys("i1", "i2");
        Picks only = new Picks(balance(50.0, null), instance(8, "canary"), instance(9, "canary"));
        assertThat(only.counts(request(), 100)).containsOnlyKeys("i8", "i9");
    }

    @Test
    void while_all_canaries_are_ejected_the_others_take_all_in_turn() {
        Picks picks = picks(50.0, null);
        picks.eject("i8");
        picks.eject("i9");
        assertThat(picks.counts(request(), 300))
                .containsOnly(Map.entry("i1", 100), Map.entry("i2", 100), Map.entry("i3", 100));
    }

    @Test
    void a_retry_stays_on_its_side_while_that_has_one_that_was_not_tried() {
        Picks picks = picks(null, "X-Canary");
        for (int i = 0; i < 20; i++) {
            List<String> canary = picks.attempts(request("X-Canary", "yes"), 5);
            assertThat(canary.subList(0, 2)).containsExactlyInAnyOrder("i8", "i9");
            assertThat(canary.subList(2, 5)).containsExactlyInAnyOrder("i1", "i2", "i3");
            List<String> other = picks.attempts(request(), 5);
            assertThat(other.subList(0, 3)).containsExactlyInAnyOrder("i1", "i2", "i3");
            assertThat(other.subList(3, 5)).containsExactlyInAnyOrder("i8", "i9");
        }
    }

    @Test
    void retries_do_not_count_towards_the_share() {
        Picks picks = picks(50.0, null);
        int canaries = 0;
        for (int i = 0; i < 100; i++) {
            canaries += CANARIES.contains(picks.attempts(request(), 2).getFirst()) ? 1 : 0;
        }
        assertThat(canaries).isEqualTo(50);
    }

    @Test
    void an_instance_may_become_a_canary_while_it_runs() {
        Picks picks = new Picks(balance(50.0, null), instance(1), instance(2));
        assertThat(picks.counts(request(), 10)).containsOnly(Map.entry("i1", 5), Map.entry("i2", 5));
        picks.discover(instance(1, "canary"), instance(2));
        assertThat(picks.of(request(), 4)).containsExactly("i2", "i1", "i2", "i1");
    }

    @Test
    void a_canary_has_the_tag_and_all_of_the_meta() {
        var canary = new Canary(100.0, null, "canary", Map.of("version", "2", "zone", "a"));
        var tags = List.of("canary");
        Picks picks = new Picks(
                Balance.of(new Balancing.RoundRobin(), canary),
                new Instance("both", "h", 1, tags, Map.of("version", "2", "zone", "a", "more", "x")),
                new Instance("tag", "h", 2, tags, Map.of("version", "2")),
                new Instance("meta", "h", 3, List.of(), Map.of("version", "2", "zone", "a")));
        assertThat(picks.counts(request(), 10)).containsOnlyKeys("both");
    }

    @Test
    void each_side_is_balanced_by_weight() {
        Balance balance = balance(50.0, null, "weighted");
        Picks picks = new Picks(
                balance,
                new Instance("a", "h", 1, List.of(), Map.of(), 3),
                new Instance("b", "h", 2, List.of(), Map.of(), 1),
                new Instance("c", "h", 3, List.of("canary"), Map.of(), 1),
                new Instance("d", "h", 4, List.of("canary"), Map.of(), 4));
        assertThat(picks.counts(request(), 400))
                .containsOnly(Map.entry("a", 150), Map.entry("b", 50), Map.entry("c", 40), Map.entry("d", 160));
    }

    @Test
    void each_side_keeps_a_key_at_one_of_its_instances() {
        Picks picks = new Picks(balance(null, "X-Canary", "hash header X-User"), INSTANCES);
        for (int n = 0; n < 50; n++) {
            String user = "user-" + n;
            assertThat(picks.counts(request("X-User", user), 5)).hasSize(1).doesNotContainKeys("i8", "i9");
            var canary = request(new HeaderFields().add("X-User", user).add("X-Canary", "yes"));
            assertThat(picks.counts(canary, 5)).hasSize(1).doesNotContainKeys("i1", "i2", "i3");
        }
    }
}
