package dev.stringsvc.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.proxy.Routing;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.gateway.route.TestRoutes;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GatewayFailureTest {
    private static final ClientTimeouts TIMEOUTS =
            new ClientTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofHours(1));

    @Test
    void failure_of_the_gateway_itself_is_a_problem_and_is_told_of() throws Exception {
        var route = Route.to(TestRoutes.forward("svc", false, false), "r", "/");
        var exchanges = new LinkedBlockingQueue<Exchange>();
        var limits = new ClientLimits(8_192, 1_024, Long.MAX_VALUE, 1, 1, new SlowestRate(0, Duration.ZERO), TIMEOUTS);
        var routing = new Routing(new RouteTable(List.of(route)), Map.of());
        var withoutForwarder =
                new ProxyHandler(() -> routing, limits, new Forwarding(address -> false), exchanges::add, () -> false);
        try (var port = new HttpPort(
                        "127.0.0.1",
                        0,
                        Optional.empty(),
                        new ClientTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofHours(1)),
                        8_192,
                        exchanges::add,
                        () -> Duration.ofSeconds(5),
                        withoutForwarder::inFlight,
                        withoutForwarder);
                var client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.port() + "/x"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            assertThat(answer.body())
                    .contains("\"status\":500", "\"route\":\"r\"")
                    .doesNotContain("Exception");
            Exchange exchange = exchanges.poll(8, TimeUnit.SECONDS);
            assertThat(exchange).isNotNull();
            assertThat(exchange.status()).isEqualTo(500);
            assertThat(exchange.error()).isEqualTo("the gateway failed");
            assertThat(withoutForwarder.inFlight()).isZero();
        }
    }
}
