package dev.stringsvc.gateway.discovery.consul;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Failure;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.testkit.ConsulAgent;
import dev.stringsvc.testkit.Health;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The watch with a real agent.
class RealConsulTest {
    private static final Duration HANG = Duration.ofSeconds(1);

    private final List<DiscoveryEvent> events = new CopyOnWriteArrayList<>();
    private final ConsulAgent consul = ConsulAgent.start();
    private final ConsulClient client = new ConsulClient(ConsulSettings.at(consul.address()), Duration.ofSeconds(30));
    private final ConsulInstancer instancer = new ConsulInstancer(client, "web", List.of());

    @BeforeEach
    void watch() {
        consul.register("a", "web", "10.0.0.1", 80, Health.PASSING);
        instancer.watch(events::add);
        awaitIds("a");
    }

    @AfterEach
    void stop() {
        instancer.close();
        client.close();
        consul.close();
    }

    private void awaitIds(String... ids) {
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !events.isEmpty()
                        && events.getLast() instanceof Snapshot snapshot
                        && snapshot.instances().stream()
                                .map(Instance::id)
                                .toList()
                                .equals(List.of(ids)));
    }

    @Test
    void changes_arrive_as_they_happen() {
        consul.register("b", "web", "10.0.0.2", 80, "blue");
        awaitIds("a", "b");
        consul.register("c", "other", "10.0.0.3", 80);
        consul.setHealth("a", Health.CRITICAL);
        awaitIds("b");
        consul.setHealth("a", Health.PASSING);
        awaitIds("a", "b");
        consul.deregister("b");
        awaitIds("a");
        assertThat(events).allMatch(Snapshot.class::isInstance);
    }

    @Test
    void a_weight_arrives_and_may_change_while_the_instance_runs() {
        for (int weight : new int[] {10, 65_535, 3}) {
            consul.put("/v1/agent/service/register", """
                    {"ID": "a", "Name": "web", "Address": "10.0.0.1", "Port": 80,
                     "Weights": {"Passing": %d, "Warning": 1}}""".formatted(weight));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> events.getLast() instanceof Snapshot snapshot
                            && snapshot.instances().size() == 1
                            && snapshot.instances().getFirst().weight() == weight);
        }
    }

    @Test
    void what_consul_says_of_an_unhealthy_instance_arrives() {
        consul.put("/v1/agent/service/register", """
                {"ID": "b", "Name": "web", "Address": "10.0.0.2", "Port": 80,
                 "Check": {"CheckID": "alive", "Name": "alive", "TTL": "1h", "Status": "passing"}}""");
        awaitIds("a", "b");
        consul.put("/v1/agent/check/fail/alive?note=the%20disk%0Ais%20full", "");
        awaitIds("a");
        awaitUnhealthy("b", "critical", "alive: the disk is full");
        consul.put("/v1/agent/check/warn/alive?note=soon", "");
        awaitUnhealthy("b", "warning", "alive: soon");
        consul.put("/v1/agent/service/maintenance/b?enable=true&reason=upgrade", "");
        awaitUnhealthy("b", "maintenance", "upgrade");
        consul.put("/v1/agent/service/maintenance/b?enable=false", "");
        consul.put("/v1/agent/check/pass/alive", "");
        awaitIds("a", "b");
        assertThat(((Snapshot) events.getLast()).unhealthy()).isEmpty();
    }

    private void awaitUnhealthy(String id, String status, String reason) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(((Snapshot) events.getLast()).unhealthy())
                        .singleElement()
                        .satisfies(one -> {
                            assertThat(one.key().id()).isEqualTo(id);
                            assertThat(one.status()).isEqualTo(status);
                            assertThat(one.reason()).isEqualTo(reason);
                        }));
    }

    @Test
    void only_instances_with_all_tags_are_seen() throws Exception {
        consul.register("b", "web", "10.0.0.2", 80, "blue", "v2");
        consul.register("c", "web", "10.0.0.3", 80, "blue");
        assertThat(client.instances("web", List.of("blue", "v2"), 0).found().instances())
                .extracting(Instance::id)
                .containsExactly("b");
    }

    @Test
    void an_agent_that_hangs_is_a_failure_and_is_found_again_when_it_goes_on() {
        instancer.close();
        try (var impatient = new ConsulClient(ConsulSettings.at(consul.address()), Duration.ofSeconds(1), HANG);
                var watch = new ConsulInstancer(impatient, "web", List.of())) {
            events.clear();
            watch.watch(events::add);
            awaitIds("a");
            consul.suspend();
            await().atMost(Duration.ofSeconds(30)).until(() -> events.getLast() instanceof Failure);
            consul.resume();
            awaitIds("a");
            consul.register("b", "web", "10.0.0.2", 80);
            awaitIds("a", "b");
        }
    }

    @Test
    void a_dead_agent_is_a_failure_and_an_agent_that_returns_empty_is_believed() {
        consul.kill();
        await().atMost(Duration.ofSeconds(30)).until(() -> events.getLast() instanceof Failure);
        consul.restart();
        awaitIds();
        consul.register("b", "web", "10.0.0.2", 80);
        awaitIds("b");
    }
}
