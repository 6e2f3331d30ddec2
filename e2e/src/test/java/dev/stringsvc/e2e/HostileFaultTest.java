package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.Health;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.parallel.Isolated;

/// One hostile client, instance or registration, and innocent clients at another address. The gateway
/// has 256 MiB. Each kind of attack also has its own test elsewhere. These rows run the heaviest ones
/// for longer, and measure the effect on the innocent clients.
@Tag("long")
@Isolated("measures times")
class HostileFaultTest extends GatewayOf256MiB {
    private static final String HOSTILE = "hostile";
    private static final String LARGE = "/count";
    private static final String LARGE_PATH = "/stringsvc" + LARGE;

    HostileFaultTest() {
        super("hostile.yaml");
    }

    @Fault(value = "a client holds 3,000 connections and sends nothing", section = HOSTILE)
    void idle_connections_do_not_lock_out_others(FaultRow row) throws Exception {
        attack(row, 3_000, Attacker.idle());
    }

    @Fault(value = "a client opens 1,200 streams with a window of 0, again and again", section = HOSTILE)
    void streams_that_read_nothing_do_not_lock_out_others(FaultRow row) throws Exception {
        instances.forEach(instance -> instance.behave(Behaviour.only(LARGE, Behaviour.large(64 * MEBIBYTE))));
        attack(row, 10, Attacker.stalledStreams(LARGE_PATH, 120));
    }

    @Fault(value = "a client begins 500 heads over HTTP/2 that never end", section = HOSTILE)
    void endless_heads_are_ended(FaultRow row) throws Exception {
        attack(row, 500, Attacker.endlessHead());
    }

    @Fault(value = "a client floods 4 connections with WINDOW_UPDATE, one with SETTINGS", section = HOSTILE)
    void floods_of_frames_are_ended(FaultRow row) throws Exception {
        byte[] one = ByteBuffer.allocate(4).putInt(1).array();
        byte[] headerTable = {0, 1, 0, 0, 0, 0};
        try (var settings =
                Attacker.start(1, cluster.gateway().port(), Attacker.flood(Http2Frames.SETTINGS, 0, headerTable))) {
            attack(row, 4, Attacker.flood(Http2Frames.WINDOW_UPDATE, 0, one));
            assertThat(settings.ended()).isPositive();
        }
    }

    @Fault(value = "a client sends 1,000 heads of a WebSocket to an instance that does not answer", section = HOSTILE)
    void unanswered_handshakes_do_not_lock_out_others(FaultRow row) throws Exception {
        instances.forEach(instance -> instance.behave(Behaviour.only(LARGE, Behaviour.hang())));
        String handshake = "GET " + LARGE_PATH + " HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        attack(row, 1_000, Attacker.trickling(handshake, ""));
    }

    @Fault(value = "a client sends 1,000 bodies at a byte a second", section = HOSTILE)
    void slow_bodies_do_not_lock_out_others(FaultRow row) throws Exception {
        String head = "POST " + Call.UPPERCASE.path() + " HTTP/1.1\r\nHost: a\r\nContent-Length: 600\r\n\r\nx";
        attack(row, 1_000, Attacker.trickling(head, "x".repeat(600)));
    }

    @Fault(value = "a client asks 2,000 times a second for what no route takes", section = HOSTILE)
    void refused_requests_do_not_lock_out_others(FaultRow row) throws Exception {
        attack(row, 10, Attacker.asking("GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n", 200));
    }

    @Fault(value = "a client knows a request that instances answer with 500", section = HOSTILE)
    void a_request_that_fails_on_all_instances_ejects_none(FaultRow row) throws Exception {
        instances.forEach(instance -> instance.behave(Behaviour.only(LARGE, Behaviour.status(500))));
        attack(
                row,
                10,
                Attacker.asking("POST " + LARGE_PATH + " HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 20));
        assertThat(cluster.gateway().states().values()).containsOnly("active");
    }

    @Fault(value = "an instance is registered at the gateway's own ports, and at its Consul's", section = HOSTILE)
    void a_registration_cannot_make_the_gateway_call_itself(FaultRow row) throws Exception {
        List<Integer> ports =
                List.of(cluster.gateway().port(), cluster.gateway().adminPort(), consulPort());
        var load = innocent(row);
        for (int port : ports) {
            cluster.consul().register("own-" + port, "stringsvc", "127.0.0.1", port, Health.PASSING);
        }
        load.goOnFor(Form.FAULT);
        load.awaitMore(100);
        assertThat(cluster.gateway().active()).containsExactlyInAnyOrderElementsOf(fleet.ids());
        ports.forEach(port -> cluster.consul().deregister("own-" + port));
        row.nothingLost();
        survives();
    }

    @Fault(value = "a service registers tags that no route can be made of, and others' paths", section = HOSTILE)
    void tags_cannot_take_over_or_stop_a_route(FaultRow row) throws Exception {
        List<String> contradicting = new ArrayList<>();
        for (int i = 0; i < 800; i++) {
            contradicting.add("gateway.n" + i + ".path=/a" + i);
            contradicting.add("gateway.n" + i + ".path=/b" + i);
        }
        var load = innocent(row);
        String[] none = contradicting.toArray(String[]::new);
        cluster.consul().register("evil-1", "a-evil", "127.0.0.1", 9, "gateway.path=/stringsvc/uppercase");
        cluster.consul()
                .register("evil-2", "b-evil", "127.0.0.1", 9, "gateway.path=/x", "gateway.host=" + "a.".repeat(3_000));
        cluster.consul().register("evil-3", "c-evil", "127.0.0.1", 9, none);
        cluster.consul()
                .register(
                        "honest-1", "honest", "127.0.0.1", instances.getFirst().port(), "gateway.path=/uppercase");
        await().atMost(Cluster.PATIENCE)
                .until(() -> cluster.post("/uppercase", Call.UPPERCASE.json()).statusCode() == 200);
        load.goOnFor(Form.FAULT);
        load.awaitMore(100);
        for (String id : List.of("evil-1", "evil-2", "evil-3", "honest-1")) {
            cluster.consul().deregister(id);
        }
        row.nothingLost();
        survives();
    }

    /// The port of the gateway's Consul.
    private int consulPort() {
        String address = cluster.gatewaysConsul().address();
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    private Load innocent(FaultRow row) throws Exception {
        row.load(8, cluster.gateway(), Call.NOTIFICATOR);
        return row.load(8, cluster.gateway(), Call.UPPERCASE);
    }

    /// Attacks for the duration of a fault. No innocent request may fail.
    private void attack(FaultRow row, int connections, Attacker.Manner manner) throws Exception {
        var load = innocent(row);
        try (var attacker = Attacker.start(connections, cluster.gateway().port(), manner)) {
            await().atMost(Cluster.PATIENCE).until(() -> attacker.opened() >= connections);
            load.goOnFor(Form.FAULT);
            load.awaitMore(100);
            row.requests(attacker.opened());
        }
        row.nothingLost();
        survives();
    }

    private void survives() throws Exception {
        assertThat(cluster.gateway().process().isAlive()).isTrue();
        assertThat(cluster.admin("/readyz").statusCode()).isEqualTo(200);
    }
}
