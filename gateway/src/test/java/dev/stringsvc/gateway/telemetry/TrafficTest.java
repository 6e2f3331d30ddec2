package dev.stringsvc.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.telemetry.Traffic.Instance;
import dev.stringsvc.gateway.telemetry.Traffic.Served;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TrafficTest {
    private static final Instance ONE = new Instance("svc", "one");
    private static final Instance TWO = new Instance("svc", "two");

    private final AtomicLong millis = new AtomicLong();
    private final Set<Instance> present = new HashSet<>(Set.of(ONE, TWO));
    private final Traffic traffic =
            new Traffic(millis::get, (service, id) -> present.contains(new Instance(service, id)));

    private static Exchange.Made attempt(String instance, boolean failed) {
        return new Exchange.Made(instance, () -> "", failed, Duration.ZERO, Duration.ofMillis(5));
    }

    private void serve(int status, Exchange.Made... made) {
        traffic.finished(new Exchange(
                "GET", "/", status, 0, Duration.ofMillis(9), "r", "svc", List.of(made), "id", null, null, null));
    }

    private Served service() {
        return traffic.services().getOrDefault("svc", Served.NONE);
    }

    private Served attempts(Instance instance) {
        return traffic.instances().getOrDefault(instance, Served.NONE);
    }

    @Test
    void a_retry_elsewhere_counts_against_the_instance_that_failed_alone() {
        serve(200, attempt("one", true), attempt("two", false));
        Served service = service();
        assertThat(service.count()).isEqualTo(1);
        assertThat(service.failures()).isZero();
        assertThat(service.retries()).isEqualTo(1);
        assertThat(attempts(ONE).errors()).isEqualTo(1);
        assertThat(attempts(TWO).errors()).isZero();
    }

    @Test
    void errors_and_times_are_those_of_the_last_minute_and_counts_of_all_time() {
        serve(500, attempt("one", true));
        millis.set(61_000);
        serve(200, attempt("one", false));
        Served one = attempts(ONE);
        assertThat(one.count()).isEqualTo(2);
        assertThat(one.failures()).isEqualTo(1);
        assertThat(one.errors()).isZero();
        millis.set(130_000);
        assertThat(attempts(ONE).p99()).isEqualTo(Duration.ZERO);
    }

    @Test
    void an_instance_that_has_left_is_not_counted_anew_by_the_requests_that_it_finishes() {
        serve(200, attempt("one", false));
        present.remove(ONE);
        traffic.forgetDeparted();
        serve(200, attempt("one", false), attempt("two", false));
        assertThat(traffic.instances()).containsOnlyKeys(TWO);
        assertThat(service().count()).isEqualTo(2);
    }

    @Test
    void however_many_instances_come_and_go_there_is_room_for_the_next() {
        for (int i = 0; i < 2 * Traffic.MOST; i++) {
            var instance = new Instance("svc", "i" + i);
            present.add(instance);
            serve(200, attempt(instance.id(), false));
            present.remove(instance);
            traffic.forgetDeparted();
            serve(200, attempt(instance.id(), false));
        }
        serve(200, attempt("two", false));
        assertThat(traffic.instances()).containsOnlyKeys(TWO);
    }
}
