package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.AppProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/// Processes of stringsvc are killed, stopped and restarted, as clients of the gateway see it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated("measures times")
class ProcessFaultTest {
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(1);

    /// The delay that a busy machine adds to a request now and then.
    private static final Duration HICCUP = Duration.ofMillis(250);

    private final Cluster cluster = new Cluster(0, Cluster.patient());
    private final List<String> ids = new ArrayList<>();
    private int started;

    @AfterAll
    void stop() {
        cluster.close();
    }

    @BeforeEach
    void three() {
        cluster.gatewaysConsul().passOn();
        ids.removeIf(id -> !cluster.instance(id).isAlive());
        bringBack();
        scaleTo(3);
    }

    /// If an instance was ejected just before the last row's load ended, only further requests can
    /// bring it back.
    private void bringBack() {
        await("none is ejected").atMost(Cluster.PATIENCE).until(() -> {
            cluster.gateway().post(Call.UPPERCASE.path(), Call.UPPERCASE.json());
            return !cluster.gateway().states().containsValue("ejected");
        });
    }

    private void start() {
        started++;
        ids.add("stringsvc-" + started);
        cluster.start(ids.getLast());
    }

    private AppProcess takeFirst() {
        return cluster.instance(ids.removeFirst());
    }

    private void awaitAll() {
        cluster.gateway().awaitActive(ids);
    }

    private boolean serves(String id) {
        return cluster.instance(id).lines().stream().anyMatch(line -> line.contains("output=FOO"));
    }

    private boolean allActive() throws Exception {
        return cluster.gateway()
                .active()
                .equals(List.copyOf(ids).stream().sorted().toList());
    }

    private void scaleTo(int size) {
        List<AppProcess> stopping = new ArrayList<>();
        while (ids.size() > size) {
            stopping.add(takeFirst());
            stopping.getLast().terminate();
        }
        while (ids.size() < size) {
            start();
        }
        awaitAll();
        stopping.forEach(ProcessFaultTest::endsWell);
    }

    private static void endsWell(AppProcess process) {
        assertThat(process.awaitExit(Cluster.PATIENCE)).isZero();
    }

    @Fault("kill -9 of one instance; 32 connections, idempotent")
    void a_killed_instance_costs_no_request_and_none_of_them_much_time(FaultRow row) throws Exception {
        var load = row.load(32, cluster.gateway(), Call.UPPERCASE);
        load.awaitMore(500);
        Duration normal = load.worst();
        load.mark();
        row.recovers(() -> takeFirst().kill(), this::allActive);
        load.goOnFor(Form.FAULT);
        row.nothingLost();
        Duration longest = normal.compareTo(HICCUP) > 0 ? normal : HICCUP;
        assertThat(load.worst()).isLessThan(ATTEMPT_TIMEOUT.plus(longest));
    }

    @Tag("long")
    @Fault("kill -9 and restart of one of three; 32 connections of POSTs")
    void a_killed_instance_that_is_started_again_costs_no_request(FaultRow row) throws Exception {
        var load = row.load(32, cluster.gateway(), Call.UPPERCASE);
        String id = ids.getFirst();
        cluster.instance(id).kill();
        row.recovers(() -> cluster.start(id), () -> serves(id));
        load.goOnFor(Form.FAULT);
        row.nothingLost();
    }

    @Fault("SIGTERM of one instance; any load")
    void a_stopped_instance_costs_no_request(FaultRow row) throws Exception {
        anyLoad(row);
        row.recovers(() -> endsWell(terminated()), this::allActive);
        row.nothingLost();
    }

    private AppProcess terminated() {
        AppProcess process = takeFirst();
        process.terminate();
        return process;
    }

    private List<Load> anyLoad(FaultRow row) throws Exception {
        return List.of(
                row.load(16, cluster.gateway(), Call.UPPERCASE), row.load(16, cluster.gateway(), Call.NOTIFICATOR));
    }

    @Tag("long")
    @Fault("rolling restart of all instances; any load")
    void a_rolling_restart_costs_no_request(FaultRow row) throws Exception {
        List<Load> loads = anyLoad(row);
        rollingRestart();
        loads.getFirst().goOnFor(Form.FAULT.dividedBy(4));
        row.nothingLost();
    }

    private void rollingRestart() {
        for (int i = 0; i < 3; i++) {
            endsWell(terminated());
            start();
            awaitAll();
        }
    }

    @Tag("long")
    @Fault("scale 3 to 1 to 5; any load")
    void scaling_down_and_up_costs_no_request(FaultRow row) throws Exception {
        List<Load> loads = anyLoad(row);
        scaleTo(1);
        loads.getFirst().awaitMore(200);
        row.recovers(() -> {}, () -> {
            scaleTo(5);
            return true;
        });
        loads.getFirst().goOnFor(Form.FAULT.dividedBy(4));
        row.nothingLost();
    }

    @Tag("long")
    @Fault("SIGSTOP of one instance, SIGCONT later; idempotent")
    void a_suspended_instance_costs_no_request(FaultRow row) throws Exception {
        var load = row.load(16, cluster.gateway(), Call.UPPERCASE);
        AppProcess process = cluster.instance(ids.getFirst());
        process.suspend();
        cluster.gateway().awaitActive(ids.subList(1, ids.size()));
        load.goOnFor(Form.FAULT);
        row.recovers(process::resume, this::allActive);
        row.nothingLost();
    }

    @Tag("long")
    @Fault("one instance is restarted while the gateway cannot reach Consul; any load")
    void a_restart_that_the_gateway_cannot_see_in_consul_fails_no_request(FaultRow row) throws Exception {
        List<Load> loads = anyLoad(row);
        cluster.gatewaysConsul().hangUp();
        endsWell(terminated());
        start();
        loads.getFirst().goOnFor(Form.FAULT);
        row.recovers(cluster.gatewaysConsul()::passOn, this::allActive);
        row.nothingLost();
    }

    @Tag("long")
    @Fault("Consul is restarted and has forgotten everything; any load")
    void a_consul_that_comes_back_empty_costs_no_request(FaultRow row) throws Exception {
        List<Load> loads = anyLoad(row);
        row.recovers(
                cluster.consul()::restart,
                () -> cluster.consul().passing("stringsvc").size() == ids.size() && allActive());
        loads.getFirst().goOnFor(Form.FAULT.dividedBy(2));
        row.nothingLost();
    }
}
