package dev.stringsvc.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Failure;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.consul.ConsulClient;
import dev.stringsvc.gateway.discovery.consul.ConsulInstancer;
import dev.stringsvc.gateway.discovery.etcd.EtcdInstancer;
import dev.stringsvc.testkit.ConsulAgent;
import dev.stringsvc.testkit.EtcdServer;
import dev.stringsvc.testkit.Health;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every [Instancer] does, with real registries.
@Timeout(120)
class InstancerContractTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final AtomicInteger SERVICES = new AtomicInteger();
    private static final InConsul CONSUL = new InConsul();
    private static final InEtcd ETCD = new InEtcd();

    private final String service = "web-" + SERVICES.incrementAndGet();
    private final List<DiscoveryEvent> events = new CopyOnWriteArrayList<>();

    /// A source of instances.
    interface Source {
        /// Watches a service of which `a` and `b` are known, at ports 1 and 2.
        Instancer of(String service);
    }

    /// A source whose instances change.
    interface Registry extends Source, AutoCloseable {
        void register(String service, String id, int port);

        void deregister(String service, String id);

        void kill();

        /// Starts it again. What was registered is gone.
        void restartEmpty();

        /// Watches a service without instances.
        Instancer ofNone(String service);

        @Override
        default Instancer of(String service) {
            register(service, service + "-a", 1);
            register(service, service + "-b", 2);
            return ofNone(service);
        }

        @Override
        void close();
    }

    private record Fixed() implements Source {
        @Override
        public Instancer of(String service) {
            return new FixedInstancer(
                    List.of(Instance.of(service + "-a", "10.0.0.1", 1), Instance.of(service + "-b", "10.0.0.1", 2)));
        }

        @Override
        public String toString() {
            return "the configuration";
        }
    }

    private static final class InConsul implements Registry {
        private final ConsulAgent agent = ConsulAgent.start();
        private final ConsulClient client =
                new ConsulClient(ConsulSettings.at(agent.address()), Duration.ofSeconds(30));

        @Override
        public Instancer ofNone(String service) {
            return new ConsulInstancer(client, service, List.of());
        }

        @Override
        public void register(String service, String id, int port) {
            agent.register(id, service, "10.0.0.1", port, Health.PASSING);
        }

        @Override
        public void deregister(String service, String id) {
            agent.deregister(id);
        }

        @Override
        public void kill() {
            agent.kill();
        }

        @Override
        public void restartEmpty() {
            agent.restart();
        }

        @Override
        public void close() {
            client.close();
            agent.close();
        }

        @Override
        public String toString() {
            return "Consul";
        }
    }

    private static final class InEtcd implements Registry {
        private final EtcdServer server = EtcdServer.start();
        private final EtcdClient client = new EtcdClient(EtcdConfig.at(server.address()));

        @Override
        public Instancer ofNone(String service) {
            return new EtcdInstancer(client, "/services/", service);
        }

        @Override
        public void register(String service, String id, int port) {
            server.put("/services/" + service + "/" + id, "10.0.0.1:" + port);
        }

        @Override
        public void deregister(String service, String id) {
            server.delete("/services/" + service + "/" + id);
        }

        @Override
        public void kill() {
            server.kill();
        }

        @Override
        public void restartEmpty() {
            server.restartEmpty();
        }

        @Override
        public void close() {
            client.close();
            server.close();
        }

        @Override
        public String toString() {
            return "etcd";
        }
    }

    static Stream<Source> sources() {
        return Stream.of(CONSUL, ETCD, new Fixed());
    }

    static Stream<Registry> registries() {
        return Stream.of(CONSUL, ETCD);
    }

    @AfterAll
    static void stop() {
        CONSUL.close();
        ETCD.close();
    }

    /// The last snapshot as `a:1 b:2`.
    private String last() {
        return events.isEmpty() || !(events.getLast() instanceof Snapshot(var instances, var _, var _))
                ? "no snapshot"
                : instances.stream()
                        .map(instance -> instance.id().substring(service.length() + 1) + ":" + instance.port())
                        .sorted()
                        .collect(Collectors.joining(" "));
    }

    private void awaitLast(String instances) {
        await().atMost(PATIENCE).until(this::last, instances::equals);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sources")
    void reports_all_instances_first(Source source) {
        try (Instancer instancer = source.of(service)) {
            instancer.watch(events::add);
            awaitLast("a:1 b:2");
            assertThat(events).hasSize(1);
            assertThat(((Snapshot) events.getFirst()).instances())
                    .allSatisfy(one -> assertThat(one.host()).isEqualTo("10.0.0.1"))
                    .allSatisfy(one -> assertThat(one.weight()).isEqualTo(1));
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("registries")
    void reports_who_joins_leaves_and_changes(Registry registry) {
        try (Instancer instancer = registry.of(service)) {
            instancer.watch(events::add);
            awaitLast("a:1 b:2");
            registry.register(service, service + "-c", 3);
            awaitLast("a:1 b:2 c:3");
            registry.deregister(service, service + "-a");
            awaitLast("b:2 c:3");
            registry.register(service, service + "-b", 22);
            awaitLast("b:22 c:3");
            registry.deregister(service, service + "-b");
            registry.deregister(service, service + "-c");
            awaitLast("");
            registry.register(service, service + "-a", 1);
            awaitLast("a:1");
            assertThat(events).allMatch(Snapshot.class::isInstance);
            List<Long> indexes =
                    events.stream().map(event -> ((Snapshot) event).index()).toList();
            assertThat(indexes).isSorted().first().isNotEqualTo(0L);
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("registries")
    void reports_a_service_without_instances_as_empty(Registry registry) {
        try (Instancer instancer = registry.ofNone(service)) {
            instancer.watch(events::add);
            awaitLast("");
            registry.register(service, service + "-a", 1);
            awaitLast("a:1");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("registries")
    void hears_of_no_other_service(Registry registry) {
        try (Instancer instancer = registry.of(service)) {
            instancer.watch(events::add);
            awaitLast("a:1 b:2");
            registry.register(service + "-x", service + "-c", 3);
            registry.register(service, service + "-d", 4);
            awaitLast("a:1 b:2 d:4");
            assertThat(events).noneMatch(event -> event.toString().contains(service + "-c"));
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("registries")
    void a_registry_that_is_killed_is_a_failure_and_is_believed_when_it_returns(Registry registry) {
        try (Instancer instancer = registry.of(service)) {
            instancer.watch(events::add);
            awaitLast("a:1 b:2");
            registry.kill();
            await().atMost(PATIENCE).until(() -> events.getLast() instanceof Failure);
            assertThat(((Failure) events.getLast()).reason())
                    .contains(registry + " at ", "cannot be reached")
                    .hasLineCount(1);
            assertThat(events).filteredOn(Snapshot.class::isInstance).hasSize(1);
            registry.restartEmpty();
            awaitLast("");
            registry.register(service, service + "-c", 3);
            awaitLast("c:3");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("registries")
    void a_registry_that_is_away_at_the_start_is_a_failure_first(Registry registry) {
        registry.kill();
        try (Instancer instancer = registry.ofNone(service)) {
            instancer.watch(events::add);
            await().atMost(PATIENCE).until(() -> !events.isEmpty());
            assertThat(events.getFirst()).isInstanceOf(Failure.class);
            registry.restartEmpty();
            registry.register(service, service + "-a", 1);
            awaitLast("a:1");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("registries")
    void a_listener_that_throws_does_not_end_the_watch(Registry registry) {
        try (Instancer instancer = registry.of(service)) {
            instancer.watch(event -> {
                events.add(event);
                if (events.size() == 1) {
                    throw new StackOverflowError("on purpose");
                }
                throw new IllegalStateException("on purpose");
            });
            awaitLast("a:1 b:2");
            registry.register(service, service + "-c", 3);
            awaitLast("a:1 b:2 c:3");
            registry.deregister(service, service + "-c");
            awaitLast("a:1 b:2");
        }
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("registries")
    void closing_interrupts_the_listener_and_waits_for_it(Registry registry) {
        var called = new CountDownLatch(1);
        Set<String> seen = java.util.concurrent.ConcurrentHashMap.newKeySet();
        Instancer instancer = registry.of(service);
        instancer.watch(event -> {
            events.add(event);
            called.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                seen.add("interrupted");
            }
            seen.add("returned");
        });
        await().atMost(PATIENCE).until(() -> called.getCount() == 0);
        instancer.close();
        assertThat(seen).containsExactlyInAnyOrder("interrupted", "returned");
        registry.deregister(service, service + "-a");
        try (Instancer other = registry.ofNone(service)) {
            List<DiscoveryEvent> heard = new CopyOnWriteArrayList<>();
            other.watch(heard::add);
            await().atMost(PATIENCE)
                    .until(() -> !heard.isEmpty()
                            && ((Snapshot) heard.getLast()).instances().size() == 1);
        }
        assertThat(events).hasSize(1);
    }

    @ParameterizedTest(autoCloseArguments = false)
    @MethodSource("sources")
    void may_be_closed_at_any_time(Source source) {
        Instancer never = source.of(service);
        never.close();
        Instancer at = source.of(service);
        at.watch(events::add);
        at.close();
        int before = events.size();
        at.close();
        assertThat(events).hasSize(before);
    }
}
