package dev.stringsvc.gateway.discovery.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.gateway.discovery.CatalogEvent;
import dev.stringsvc.gateway.discovery.Pace;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// ConsulInstancerTest and ConsulFaultTest test the loop of queries.
@Timeout(60)
class ConsulCatalogTest {
    private final BlockingQueue<CatalogEvent> events = new LinkedBlockingQueue<>();
    private final FakeConsul consul = new FakeConsul();
    private final ConsulClient client = new ConsulClient(ConsulSettings.at(consul.url()), Duration.ofSeconds(30));
    private final ConsulCatalog catalog = new ConsulCatalog(client, new Pace(System::nanoTime, () -> 0, delay -> {}));

    @AfterEach
    void stop() {
        catalog.close();
        client.close();
        consul.close();
    }

    private void then(long index, String services) {
        consul.then(exchange -> {
            exchange.getResponseHeaders().set("X-Consul-Index", Long.toString(index));
            FakeConsul.send(exchange, 200, services);
        });
    }

    private Map<String, List<String>> listed() throws InterruptedException {
        return ((CatalogEvent.Listed) events.take()).tags();
    }

    @Test
    void tells_all_services_with_their_tags_and_waits_for_news() throws Exception {
        then(12, "{\"consul\": [], \"users\": [\"gateway.path=/users\", \"blue\"], \"odd\": null}");
        then(13, "{\"consul\": []}");
        catalog.watch(events::add);
        assertThat(listed())
                .isEqualTo(
                        Map.of("consul", List.of(), "users", List.of("blue", "gateway.path=/users"), "odd", List.of()));
        assertThat(listed()).isEqualTo(Map.of("consul", List.of()));
        assertThat(consul.nextQuery()).isEqualTo("/v1/catalog/services null");
        assertThat(consul.nextQuery()).contains("/v1/catalog/services?", "index=12", "wait=30s");
        assertThat(consul.nextQuery()).contains("index=13");
    }

    @Test
    void a_name_of_any_length_keeps_no_other_service_out() throws Exception {
        String name = "n".repeat(60_000);
        then(12, "{\"" + name + "\": [\"gateway.path=/n\"], \"users\": [\"gateway.path=/users\"]}");
        catalog.watch(events::add);
        assertThat(listed()).containsOnlyKeys(name, "users");
    }

    @Test
    void tags_in_another_order_are_the_same() throws Exception {
        then(12, "{\"users\": [\"gateway.path=/users\", \"blue\"]}");
        then(13, "{\"users\": [\"blue\", \"gateway.path=/users\"]}");
        catalog.watch(events::add);
        assertThat(listed()).isEqualTo(listed());
    }

    @Test
    void what_is_no_answer_is_a_failure_and_begins_anew() throws Exception {
        then(12, "{\"users\": [\"blue\"]}");
        consul.then(exchange -> FakeConsul.send(exchange, 500, "No cluster leader"));
        then(13, "null");
        then(14, "{\"users\": []}");
        catalog.watch(events::add);
        assertThat(listed()).containsOnlyKeys("users");
        assertThat(((CatalogEvent.Failure) events.take()).reason()).contains("answered 500", consul.url());
        assertThat(((CatalogEvent.Failure) events.take()).reason()).contains("is not understood");
        assertThat(listed()).containsOnlyKeys("users");
        consul.nextQuery();
        assertThat(consul.nextQuery()).contains("index=12");
        assertThat(consul.nextQuery()).isEqualTo("/v1/catalog/services null");
        assertThat(consul.nextQuery()).isEqualTo("/v1/catalog/services null");
    }
}
