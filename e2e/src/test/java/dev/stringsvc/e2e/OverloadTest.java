package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Isolated;

/// Too many clients, clients that are too slow, and clients that disconnect. The gateway has 256 MiB.
@Isolated("measures times")
class OverloadTest extends GatewayOf256MiB {
    private static final String LARGE = "/count";

    OverloadTest() {
        super("crowded.yaml");
    }

    @Fault("thousands of clients that send a byte a second, beside a normal load")
    void clients_that_send_a_byte_a_second_are_disconnected_and_delay_no_others(FaultRow row) throws Exception {
        sendsAway(row, Form.pick(2_000, 9_000), Crowd::trickling);
    }

    @Tag("long")
    @Fault("thousands of clients that send a body at a byte a second, beside a normal load")
    void clients_that_send_a_body_slowly_are_disconnected_and_delay_no_others(FaultRow row) throws Exception {
        sendsAway(row, 2_500, Crowd::tricklingBodies);
    }

    private void sendsAway(FaultRow row, int clients, BiFunction<Integer, Integer, Crowd> slow) throws Exception {
        var load = row.load(8, cluster.gateway(), Call.UPPERCASE);
        row.load(8, cluster.gateway(), Call.NOTIFICATOR);
        try (var crowd = slow.apply(clients, cluster.gateway().port())) {
            row.requests(crowd.size());
            await().atMost(Cluster.PATIENCE).until(() -> crowd.connected() == crowd.size());
            load.goOnFor(Form.FAULT);
            row.recovers(() -> {}, () -> crowd.disconnected() == crowd.size());
            load.awaitMore(100);
        }
        row.nothingLost();
        survives();
    }

    @Tag("long")
    @Fault("clients that do not read their answers, beside a normal load")
    void clients_that_do_not_read_delay_no_others(FaultRow row) throws Exception {
        instances.forEach(instance -> instance.behave(Behaviour.only(LARGE, Behaviour.large(64 * MEBIBYTE))));
        var load = row.load(8, cluster.gateway(), Call.UPPERCASE);
        row.load(8, cluster.gateway(), Call.NOTIFICATOR);
        try (var crowd = Crowd.deaf(Form.pick(50, 500), cluster.gateway().port(), "/stringsvc" + LARGE)) {
            row.requests(crowd.size());
            await().atMost(Cluster.PATIENCE).until(() -> crowd.connected() == crowd.size());
            load.goOnFor(Form.FAULT);
            if (Form.LONG) {
                // they have ten seconds before they are disconnected
                row.recovers(() -> {}, () -> cluster.gateway().meter("gateway_requests_in_flight") < 50);
            }
            load.awaitMore(100);
        }
        instances.forEach(instance -> instance.behave(Behaviour.well()));
        row.nothingLost();
        survives();
    }

    @Fault("uploads of 1 GiB (short form: 64 MiB), beside a normal load")
    void large_uploads_pass_and_delay_no_others(FaultRow row) throws Exception {
        long length = Form.pick(64, 1_024) * MEBIBYTE;
        var load = row.load(8, cluster.gateway(), Call.UPPERCASE);
        row.load(8, cluster.gateway(), Call.NOTIFICATOR);
        try (var crowd = Crowd.uploading(4, cluster.gateway().port(), "/stringsvc" + LARGE, length)) {
            row.requests(crowd.size());
            await().atMost(Duration.ofMinutes(3)).until(() -> crowd.answered(200) == crowd.size());
        }
        load.awaitMore(100);
        row.nothingLost();
        survives();
    }

    @Fault("more requests at a time than the gateway takes")
    void excess_requests_are_refused_at_once(FaultRow row) throws Exception {
        int clients = Form.pick(1_500, 10_000);
        instances.forEach(instance -> instance.behave(Behaviour.slow(Duration.ofMillis(800))));
        try (var crowd = Crowd.asking(clients, cluster.gateway().port(), Call.NOTIFICATOR)) {
            row.requests(crowd.size());
            await().atMost(Cluster.PATIENCE)
                    .untilAsserted(() -> assertThat(crowd.answered(200) + crowd.answered(503))
                            .as(crowd.toString())
                            .isEqualTo(crowd.size()));
            assertThat(crowd.answered(200)).isPositive();
            assertThat(crowd.answered(503)).isPositive().isEqualTo(crowd.toldWhenToComeBack());
            assertThat(crowd.slowest(503)).isLessThan(crowd.slowest(200));
        }
        instances.forEach(instance -> instance.behave(Behaviour.well()));
        var load = row.load(8, cluster.gateway(), Call.UPPERCASE);
        load.awaitMore(100);
        row.nothingLost();
        survives();
    }

    /// The gateway would have exited if it had run out of memory.
    private void survives() {
        assertThat(cluster.gateway().process().isAlive()).isTrue();
    }

    @Fault("a client goes away before it is answered")
    void a_client_that_disconnects_ends_its_request(FaultRow row) throws Exception {
        instances.forEach(instance -> instance.behave(Behaviour.hang()));
        int before = instances.stream().mapToInt(FaultyInstance::abandoned).sum();
        long loggedBefore = logged("status=499");
        // many more than the consecutive failures that eject an instance
        int clients = Form.pick(24, 40);
        row.requests(clients);
        try (var crowd = Crowd.asking(clients, cluster.gateway().port(), Call.NOTIFICATOR)) {
            await().atMost(Cluster.PATIENCE)
                    .until(() -> cluster.gateway().meter("gateway_requests_in_flight") == clients);
            row.recovers(
                    crowd::leave,
                    () -> instances.stream().mapToInt(FaultyInstance::abandoned).sum() - before == clients);
        }
        // well before the deadline of three seconds
        assertThat(row.recoveredAfter()).isLessThan(Duration.ofMillis(1_500));
        instances.forEach(instance -> instance.behave(Behaviour.well()));
        await().atMost(Cluster.PATIENCE).until(() -> logged("status=499") - loggedBefore >= clients);
        assertThat(cluster.admin("/metrics").body()).contains("status=\"499\"");
        assertThat(cluster.gateway().states())
                .allSatisfy((_, state) -> assertThat(state).isEqualTo("active"));
    }

    private long logged(String text) {
        return cluster.gateway().process().lines().stream()
                .filter(line -> line.contains(text))
                .count();
    }
}
