package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What clients see when something goes wrong, under load.
@Timeout(180)
class FaultTest {
    private static final String UPPERCASE = "{\"s\": \"foo\"}";
    private static final String MAIL = "{\"email\": \"test\", \"content\": \"Hi\"}";

    @Test
    void killing_an_instance_and_starting_another_under_load_fails_no_request() {
        try (var cluster = new Cluster(3);
                var load = Load.on(32, cluster.uri("/stringsvc/uppercase"), UPPERCASE)) {
            load.awaitMore(500);
            cluster.instance("stringsvc-2").kill();
            load.awaitMore(500);
            cluster.awaitInstances("stringsvc-1", "stringsvc-3");
            cluster.start("stringsvc-4");
            cluster.awaitInstances("stringsvc-1", "stringsvc-3", "stringsvc-4");
            load.awaitMore(500);
            assertThat(load.statuses()).containsExactly(200);
            assertThat(load.failures()).isEmpty();
            assertThat(cluster.instance("stringsvc-4").awaitLine("output=FOO")).isNotEmpty();
        }
    }

    @Test
    void a_rolling_restart_under_load_fails_no_request_not_even_one_that_must_not_be_repeated() {
        try (var cluster = new Cluster(3, Cluster.patient());
                var idempotent = Load.on(16, cluster.uri("/stringsvc/uppercase"), UPPERCASE);
                var other = Load.on(16, cluster.uri("/stringsvc/notificator"), MAIL)) {
            idempotent.awaitMore(300);
            for (int n = 1; n <= 3; n++) {
                var instance = cluster.instance("stringsvc-" + n);
                instance.terminate();
                assertThat(instance.awaitExit(Cluster.PATIENCE)).isZero();
                cluster.start("stringsvc-" + n);
                cluster.awaitInstances("stringsvc-1", "stringsvc-2", "stringsvc-3");
            }
            other.awaitMore(300);
            assertThat(idempotent.statuses()).containsExactly(200);
            assertThat(idempotent.failures()).isEmpty();
            assertThat(other.statuses()).containsExactly(200);
            assertThat(other.failures()).isEmpty();
        }
    }

    @Test
    void a_hung_instance_costs_its_share_one_attempt_and_no_request() {
        try (var cluster = new Cluster(3);
                var load = Load.on(8, cluster.uri("/stringsvc/uppercase"), UPPERCASE)) {
            load.awaitMore(200);
            cluster.instance("stringsvc-1").suspend();
            cluster.awaitInstances("stringsvc-2", "stringsvc-3");
            cluster.instance("stringsvc-1").resume();
            cluster.awaitInstances("stringsvc-1", "stringsvc-2", "stringsvc-3");
            load.awaitMore(200);
            assertThat(load.statuses()).containsExactly(200);
            assertThat(load.failures()).isEmpty();
        }
    }

    @Test
    void while_consul_is_away_what_was_known_last_serves_on() throws Exception {
        try (var cluster = new Cluster(2);
                var load = Load.on(4, cluster.uri("/stringsvc/uppercase"), UPPERCASE)) {
            cluster.consul().suspend();
            load.awaitMore(200);
            cluster.consul().resume();
            cluster.consul().kill();
            cluster.gateway().awaitLine("discovery failed, going on with 2 known instances");
            load.awaitMore(200);
            assertThat(load.statuses()).containsExactly(200);
            assertThat(load.failures()).isEmpty();
            assertThat(cluster.admin("/readyz").statusCode()).isEqualTo(200);
            assertThat(cluster.admin("/upstreams").body()).contains("cannot be reached");
        }
    }

    @Test
    void after_consul_returned_with_nothing_instances_and_gateway_find_each_other_again() throws Exception {
        try (var cluster = new Cluster(2)) {
            cluster.consul().restart();
            await().atMost(Cluster.PATIENCE)
                    .until(() -> cluster.consul().passing("stringsvc").size() == 2);
            cluster.awaitInstances("stringsvc-1", "stringsvc-2");
            assertThat(cluster.post("/stringsvc/uppercase", UPPERCASE).statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void a_gateway_that_is_stopped_under_load_answers_what_it_took_and_exits_0() {
        try (var cluster = new Cluster(2, "--grace", "1s");
                var load = Load.on(16, cluster.uri("/stringsvc/uppercase"), UPPERCASE)) {
            load.awaitMore(300);
            cluster.gateway().terminate();
            await().atMost(Cluster.PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> cluster.admin("/readyz").statusCode() == 503);
            assertThat(cluster.gateway().awaitExit(Cluster.PATIENCE)).isZero();
            load.stop();
            // Once the port is closed there is nobody to connect to; before that, nobody is sent away.
            assertThat(load.failures()).allMatch(failure -> failure.contains("ConnectException"));
            assertThat(load.statuses()).containsExactly(200);
        }
    }
}
