package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/// Consul fails: the gateway keeps using the known instances, does not flood Consul with queries, and
/// learns of changes soon after.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated("measures times")
class ConsulFaultTest {
    private static final Duration SECONDS_LATER = Duration.ofSeconds(8);

    private final Cluster cluster = new Cluster(0, Cluster.patient());
    private final FaultyConsul consul = cluster.gatewaysConsul();
    private final Fleet fleet = new Fleet(cluster);

    @AfterAll
    void stop() {
        fleet.close();
        cluster.close();
    }

    @BeforeAll
    void three() {
        fleet.fresh(3);
    }

    @AfterEach
    void well() {
        cluster.consul().resume();
        consul.passOn();
        fleet.shrink(3);
    }

    /// For any load: a fault, the end of the fault, and then a change in Consul that the gateway must
    /// see.
    private void costsNothing(FaultRow row, ThrowingRunnable fault, ThrowingRunnable end) throws Throwable {
        var load = row.load(8, cluster.gateway(), Call.UPPERCASE);
        row.load(8, cluster.gateway(), Call.NOTIFICATOR);
        fault.run();
        asksAtMostOnceASecond(load);
        assertThat(cluster.gateway().active()).hasSize(3);
        assertThat(cluster.admin("/readyz").statusCode()).isEqualTo(200);
        row.recovers(
                () -> {
                    end.run();
                    fleet.add();
                },
                () -> cluster.gateway().active().size() == 4);
        row.nothingLost();
        assertThat(row.recoveredAfter()).isLessThan(SECONDS_LATER);
    }

    /// One query a second, and two more: the one that finds the fault, and one in flight.
    private void asksAtMostOnceASecond(Load load) {
        int before = consul.queries();
        long start = System.nanoTime();
        load.goOnFor(Form.FAULT);
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(consul.queries() - before).isLessThanOrEqualTo((int) seconds + 2);
    }

    private void ages() throws Exception {
        String service = "{service=\"stringsvc\"}";
        await().atMost(Cluster.PATIENCE)
                .until(() ->
                        cluster.gateway().upstream().at("/watch/ageSeconds").asDouble() > 1
                                && !cluster.gateway()
                                        .upstream()
                                        .at("/watch/lastError")
                                        .isNull()
                                && cluster.admin("/metrics").body().contains("gateway_watch_age_seconds" + service));
    }

    private long logged(String text) {
        return cluster.gateway().process().lines().stream()
                .filter(line -> line.contains(text))
                .count();
    }

    @Fault("Consul is killed")
    void without_consul_the_known_instances_serve_on_and_their_age_is_shown(FaultRow row) throws Throwable {
        long loggedBefore = logged("discovery failed, still using 3 known instances");
        costsNothing(
                row,
                () -> {
                    cluster.consul().kill();
                    ages();
                },
                () -> {
                    consul.hangUp();
                    cluster.consul().restart();
                    fleet.register();
                    consul.passOn();
                });
        assertThat(logged("discovery failed, still using 3 known instances") - loggedBefore)
                .isEqualTo(1);
    }

    @Fault("Consul hangs")
    void a_consul_that_hangs_costs_nothing(FaultRow row) throws Throwable {
        costsNothing(
                row,
                () -> {
                    cluster.consul().suspend();
                    consul.passOn();
                },
                cluster.consul()::resume);
    }

    @Tag("long")
    @Fault("Consul answers 500")
    void a_consul_that_answers_500_costs_nothing(FaultRow row) throws Throwable {
        costsNothing(row, () -> consul.answer(500, "No cluster leader"), consul::passOn);
    }

    @Tag("long")
    @Fault("Consul answers 429, then 403")
    void a_consul_that_refuses_costs_nothing(FaultRow row) throws Throwable {
        costsNothing(
                row,
                () -> {
                    consul.answer(429, "Your IP is issuing too many concurrent connections");
                    ages();
                    consul.answer(403, "Permission denied");
                },
                consul::passOn);
    }

    @Tag("long")
    @Fault("Consul answers garbage, then null")
    void a_consul_that_answers_garbage_costs_nothing(FaultRow row) throws Throwable {
        costsNothing(
                row,
                () -> {
                    consul.answer(200, "null");
                    ages();
                    consul.answer(200, "<html>[{\"Service\": ");
                },
                consul::passOn);
    }

    @Tag("long")
    @Fault("Consul's index goes backwards")
    void an_index_that_goes_backwards_costs_nothing(FaultRow row) throws Throwable {
        var falling = new AtomicLong(1_000_000);
        costsNothing(row, () -> consul.reindex(_ -> Long.toString(falling.decrementAndGet())), consul::passOn);
    }

    @Tag("long")
    @Fault("Consul's index is 0")
    void an_index_of_0_costs_nothing(FaultRow row) throws Throwable {
        costsNothing(row, () -> consul.reindex(_ -> "0"), consul::passOn);
    }

    @Tag("long")
    @Fault("Consul knows no leader, and no instances")
    void an_empty_answer_of_an_agent_without_a_leader_is_ignored(FaultRow row) throws Throwable {
        costsNothing(row, () -> consul.answerWithoutLeader("X-Consul-KnownLeader: false\r\n"), consul::passOn);
    }

    @Tag("long")
    @Fault("something that is no Consul answers []")
    void an_empty_answer_without_the_leader_header_is_ignored(FaultRow row) throws Throwable {
        costsNothing(row, () -> consul.answerWithoutLeader(""), consul::passOn);
    }
}
