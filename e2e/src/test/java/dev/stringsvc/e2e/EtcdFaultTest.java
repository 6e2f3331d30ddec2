package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.EtcdServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/// etcd fails: the gateway keeps using the known instances, does not flood etcd with requests, and learns
/// of changes soon after.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated("measures times")
class EtcdFaultTest {
    private static final Duration SECONDS_LATER = Duration.ofSeconds(8);
    private static final Pattern LEASE = Pattern.compile("\"ID\":\"(\\d+)\"");

    private final EtcdServer etcd = EtcdServer.start();
    private final FaultyEtcd between = FaultyEtcd.before(etcd.port());
    private final GatewayProcess gateway = startGateway();
    private final List<FaultyInstance> instances = new ArrayList<>();
    private int started;

    /// Consul is not asked.
    private GatewayProcess startGateway() {
        return GatewayProcess.start(
                "127.0.0.1:1", Map.of("ETCDCTL_ENDPOINTS", between.address()), Cluster.config("etcd.yaml"));
    }

    @AfterAll
    void stop() {
        gateway.close();
        instances.forEach(FaultyInstance::close);
        between.close();
        etcd.close();
    }

    @BeforeEach
    void three() {
        while (instances.size() < 3) {
            add();
        }
        awaitAll();
    }

    @AfterEach
    void well() {
        etcd.resume();
        between.passOn();
        awaitAll();
        while (instances.size() > 3) {
            remove(instances.getFirst());
        }
    }

    private void awaitAll() {
        gateway.awaitActive(ids());
    }

    private List<String> ids() {
        return instances.stream().map(FaultyInstance::id).toList();
    }

    private static String key(String id) {
        return "/services/stringsvc/" + id;
    }

    private void add() {
        started++;
        var instance = FaultyInstance.start("instance-" + started);
        instances.add(instance);
        register(instance);
    }

    private void register(FaultyInstance instance) {
        etcd.put(key(instance.id()), "127.0.0.1:" + instance.port());
    }

    /// Deletes the key, then stops the instance.
    private void remove(FaultyInstance instance) {
        instances.remove(instance);
        etcd.delete(key(instance.id()));
        gateway.awaitGone(instance.id());
        instance.close();
    }

    /// For any load: a fault, the end of the fault, and then a change in etcd that the gateway must see.
    private void costsNothing(FaultRow row, ThrowingRunnable fault, ThrowingRunnable end) throws Throwable {
        var load = row.load(8, gateway, Call.UPPERCASE);
        row.load(8, gateway, Call.NOTIFICATOR);
        fault.run();
        asksSeldom(load);
        assertThat(gateway.active()).hasSize(3);
        assertThat(gateway.admin("/readyz").statusCode()).isEqualTo(200);
        row.recovers(
                () -> {
                    end.run();
                    add();
                },
                () -> gateway.active().size() == 4);
        row.nothingLost();
        assertThat(row.recoveredAfter()).isLessThan(SECONDS_LATER);
    }

    /// One request a second, and three more at the beginning, when the pauses are shorter.
    private void asksSeldom(Load load) {
        int before = between.connections();
        long start = System.nanoTime();
        load.goOnFor(Form.FAULT);
        double seconds = (System.nanoTime() - start) / 1e9;
        assertThat(between.connections() - before).isLessThanOrEqualTo((int) seconds + 4);
    }

    /// Waits until the gateway says that it cannot ask, and why.
    private void ages(String why) throws Exception {
        await().atMost(Cluster.PATIENCE)
                .untilAsserted(() -> assertThat(
                                gateway.upstream().at("/watch/lastError").asText())
                        .contains(why));
        assertThat(gateway.upstream().at("/watch/ageSeconds").asDouble()).isPositive();
        assertThat(gateway.admin("/metrics").body()).contains("gateway_watch_age_seconds{service=\"stringsvc\"}");
    }

    @Fault("etcd is killed")
    void without_etcd_the_known_instances_serve_on_and_their_age_is_shown(FaultRow row) throws Throwable {
        costsNothing(
                row,
                () -> {
                    etcd.kill();
                    between.hangUp();
                    ages("cannot be reached");
                },
                () -> {
                    etcd.restart();
                    between.passOn();
                });
    }

    @Fault("etcd hangs")
    void an_etcd_that_hangs_costs_nothing(FaultRow row) throws Throwable {
        costsNothing(row, etcd::suspend, etcd::resume);
    }

    @Tag("long")
    @Fault("etcd accepts requests and never answers")
    void an_etcd_that_never_answers_is_noticed_and_costs_nothing(FaultRow row) throws Throwable {
        costsNothing(
                row,
                () -> {
                    between.hang();
                    ages("did not answer in 3000 ms");
                },
                between::passOn);
    }

    @Fault("etcd has compacted the changes that the gateway has missed")
    void changes_that_are_compacted_are_listed_anew(FaultRow row) throws Throwable {
        costsNothing(row, between::hangUp, () -> {
            FaultyInstance again = instances.getFirst();
            etcd.delete(key(again.id()));
            register(again);
            etcd.compact(etcd.put("/other", "x"));
            between.passOn();
        });
    }

    @Fault("an instance is killed, and its lease in etcd ends; idempotent")
    void a_lease_that_ends_takes_its_instance_out(FaultRow row) throws Throwable {
        String answer = etcd.post("/v3/lease/grant", "{\"TTL\":2}");
        var lease = LEASE.matcher(answer);
        assertThat(lease.find()).isTrue();
        try (var leased = FaultyInstance.start("leased")) {
            etcd.put(key(leased.id()), "127.0.0.1:" + leased.port(), Long.parseLong(lease.group(1)));
            await().atMost(Cluster.PATIENCE).until(() -> gateway.active().contains(leased.id()));
            row.load(8, gateway, Call.UPPERCASE);
            row.recovers(leased::close, () -> !gateway.states().containsKey(leased.id()));
            row.nothingLost();
        }
        awaitAll();
    }

    @Fault("etcd answers garbage, then null")
    void an_etcd_that_answers_garbage_costs_nothing(FaultRow row) throws Throwable {
        costsNothing(
                row,
                () -> {
                    between.answer(200, "null\n");
                    ages("something that is not etcd's");
                    between.answer(200, "<html>{\"result\": \n");
                },
                between::passOn);
    }

    @Tag("long")
    @Fault("etcd answers 503, then 429")
    void an_etcd_that_answers_errors_costs_nothing(FaultRow row) throws Throwable {
        costsNothing(
                row,
                () -> {
                    between.answer(503, "{\"error\":\"etcdserver: no leader\",\"code\":14}");
                    ages("no leader");
                    between.answer(429, "too many requests");
                },
                between::passOn);
    }

    @Fault("the values of some keys in etcd are garbage")
    void a_malformed_value_leaves_out_that_instance_alone(FaultRow row) throws Throwable {
        FaultyInstance one = instances.getFirst();
        row.load(8, gateway, Call.UPPERCASE);
        row.load(8, gateway, Call.NOTIFICATOR);
        etcd.put(key("bad"), "<html>");
        etcd.put(key(one.id()), "{\"Addr\":");
        gateway.process().awaitLine(key("bad") + " is left out, value: expected host:port");
        gateway.awaitGone(one.id());
        row.recovers(() -> register(one), () -> gateway.active().size() == 3);
        row.nothingLost();
        etcd.delete(key("bad"));
    }

    @Fault("etcd refuses the gateway's user")
    void an_etcd_that_refuses_the_user_costs_nothing(FaultRow row) throws Throwable {
        costsNothing(
                row,
                () -> {
                    etcd.enableAuth("/services/");
                    between.passOn(); // cuts the watch
                    ages("(check the username and the password)");
                },
                etcd::disableAuth);
    }

    @Fault("etcd has lost its data")
    void an_etcd_that_comes_back_empty_costs_no_request(FaultRow row) throws Throwable {
        row.load(8, gateway, Call.UPPERCASE);
        Load load = row.load(8, gateway, Call.NOTIFICATOR);
        between.hangUp();
        etcd.restartEmpty();
        between.passOn();
        await().atMost(Cluster.PATIENCE).until(() -> gateway.states().containsValue("suspect"));
        load.goOnFor(Form.FAULT.dividedBy(2));
        row.recovers(
                () -> instances.forEach(this::register),
                () -> Set.copyOf(gateway.active()).equals(Set.copyOf(ids())));
        row.nothingLost();
    }

    @Fault("the gateway is started before etcd")
    void started_before_etcd_it_says_why_it_is_not_ready_and_becomes_ready(FaultRow row) throws Exception {
        etcd.kill();
        between.hangUp();
        try (var early = startGateway()) {
            early.process().awaitLine("discovery failed, still using 0 known instances");
            var notReady = early.admin("/readyz");
            assertThat(notReady.statusCode()).isEqualTo(503);
            assertThat(notReady.body()).contains("stringsvc: no answer from discovery yet", "etcd at http://");
            assertThat(early.post(Call.UPPERCASE.path(), Call.UPPERCASE.json()).statusCode())
                    .isEqualTo(503);
            row.recovers(
                    () -> {
                        etcd.restart();
                        between.passOn();
                    },
                    () -> early.admin("/readyz").statusCode() == 200);
            row.requests(1);
        }
    }
}
