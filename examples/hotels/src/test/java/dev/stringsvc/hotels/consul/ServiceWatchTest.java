package dev.stringsvc.hotels.consul;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.examples.rpc.Discovery;
import dev.stringsvc.program.HostPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Watches a Consul that answers what the test says, and holds a query until it says something.
@Timeout(60)
class ServiceWatchTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final LinkedBlockingQueue<Scripted> script = new LinkedBlockingQueue<>();
    private final List<String> queries = new CopyOnWriteArrayList<>();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private HttpServer http;
    private ConsulDiscovery discovery;
    private Discovery.Watch watch;

    private record Scripted(int status, long index, boolean leader, String body) {}

    @BeforeEach
    void start() throws IOException {
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        http.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        http.createContext("/v1/health/service/geo", this::answer);
        http.start();
        discovery = new ConsulDiscovery(
                ConsulSettings.at("127.0.0.1:" + http.getAddress().getPort()));
        watch = discovery.watch("geo", new Discovery.Listener() {
            @Override
            public void found(List<HostPort> instances) {
                heard.add(instances.toString());
            }

            @Override
            public void failed(String reason) {
                heard.add(reason);
            }
        });
    }

    @AfterEach
    void stop() {
        watch.close();
        discovery.close();
        http.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        queries.add(exchange.getRequestURI().getQuery());
        try (exchange) {
            Scripted next = script.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (next == null) {
                return;
            }
            exchange.getResponseHeaders().add("X-Consul-Index", Long.toString(next.index()));
            exchange.getResponseHeaders().add("X-Consul-KnownLeader", Boolean.toString(next.leader()));
            exchange.getResponseHeaders().add("X-Consul-LastContact", "0");
            byte[] body = next.body().getBytes(UTF_8);
            exchange.sendResponseHeaders(next.status(), body.length);
            exchange.getResponseBody().write(body);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void lists(long index, String... entries) {
        script.add(new Scripted(200, index, true, "[" + String.join(",", entries) + "]"));
    }

    private static String entry(String address, int port) {
        return """
                {"Node": {"Node": "n", "Address": "10.0.0.1"}, "Checks": [],
                 "Service": {"ID": "%s-%d", "Service": "geo", "Tags": [], "Address": "%s", "Port": %d, "Meta": {}}}""".formatted(address, port, address, port);
    }

    private void awaitHeard(int count) {
        await().atMost(PATIENCE).until(() -> heard.size() >= count);
    }

    @Test
    void asks_for_healthy_instances_and_then_for_news_since_the_last_index() {
        lists(7, entry("10.0.0.2", 81), entry("", 82), entry("10.0.0.3", 0));
        lists(9);
        awaitHeard(2);
        assertThat(heard).containsExactly("[10.0.0.2:81, 10.0.0.1:82]", "[]");
        await().atMost(PATIENCE).until(() -> queries.size() == 3);
        assertThat(queries.get(0)).contains("passing").doesNotContain("index");
        assertThat(queries.get(1)).contains("passing", "index=7", "wait=30s");
        assertThat(queries.get(2)).contains("index=9");
    }

    @Test
    void asks_without_an_index_after_it_fell() {
        lists(70);
        lists(3);
        lists(4);
        await().atMost(PATIENCE).until(() -> queries.size() == 4);
        assertThat(queries.get(1)).contains("index=70");
        assertThat(queries.get(2)).doesNotContain("index");
        assertThat(queries.get(3)).contains("index=4");
    }

    @Test
    void tells_of_a_failure_and_asks_again_without_an_index() {
        lists(7, entry("10.0.0.2", 81));
        script.add(new Scripted(500, 8, true, "No cluster leader"));
        script.add(new Scripted(200, 8, false, "[]"));
        script.add(new Scripted(200, 8, true, "nonsense"));
        lists(8, entry("10.0.0.2", 81));
        awaitHeard(5);
        assertThat(heard.get(1)).contains("500", "No cluster leader");
        assertThat(heard.get(2)).contains("no leader");
        assertThat(heard.get(3)).startsWith("Consul");
        assertThat(heard.get(4)).isEqualTo("[10.0.0.2:81]");
        assertThat(queries.subList(2, 5)).noneMatch(query -> query.contains("index"));
    }
}
