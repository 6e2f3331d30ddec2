package dev.stringsvc.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.client.ClientProtocols;
import dev.stringsvc.gateway.client.ClientTimeouts;
import dev.stringsvc.gateway.client.ConnectionLimit;
import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.client.HttpPort;
import dev.stringsvc.gateway.client.MinimumRate;
import dev.stringsvc.gateway.grpc.Transcoders;
import dev.stringsvc.gateway.retry.Routing;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.gateway.route.TestRoutes;
import dev.stringsvc.program.CallIds;
import dev.stringsvc.program.FailStop;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class GatewayFailureTest {
    private static final ClientTimeouts TIMEOUTS =
            new ClientTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofHours(1));

    @Test
    void failure_of_the_gateway_itself_is_a_problem_and_is_told_of() throws Exception {
        var route = Route.to(TestRoutes.forward("svc", false, false), "r", "/");
        var exchanges = new LinkedBlockingQueue<Exchange>();
        var limits =
                new ClientLimits(8_192, 1_024, Long.MAX_VALUE, 1, 1, 1, new MinimumRate(0, Duration.ZERO), TIMEOUTS);
        var routing = new Routing(new RouteTable(List.of(route)), Map.of());
        var withoutForwarder = new ProxyHandler(
                () -> routing,
                new ProxyHandler.Setup(limits, new Forwarding(address -> false), new Transcoders(), Tracing.OFF),
                exchanges::add,
                () -> false);
        try (var logged = new LoggedIds();
                var port = new HttpPort(
                        new HttpPort.Settings(
                                "127.0.0.1",
                                0,
                                ClientProtocols.PLAIN,
                                new ClientTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofHours(1)),
                                ConnectionLimit.of(100),
                                8_192,
                                HttpPort.Paths.LEFT_TO_HANDLER),
                        withoutForwarder,
                        exchanges::add,
                        new HttpPort.Work(() -> Duration.ofSeconds(5), withoutForwarder::inFlight));
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
            assertThat(logged.seen).containsExactly(Optional.of(exchange.requestId()));
            assertThat(withoutForwarder.inFlight()).isZero();
        }
    }

    /// The request ids of the lines about failures, as [dev.stringsvc.program.LogHandler] adds them.
    private static final class LoggedIds extends Handler implements AutoCloseable {
        private final Logger logger = Logger.getLogger(ProxyHandler.class.getName());
        private final Queue<Optional<String>> seen = new ConcurrentLinkedQueue<>();

        LoggedIds() {
            logger.addHandler(this);
        }

        @Override
        public void publish(LogRecord entry) {
            seen.add(CallIds.current().request());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {
            logger.removeHandler(this);
        }
    }

    @Test
    void class_that_cannot_be_used_any_more_ends_the_process_and_a_stack_that_overflows_does_not() throws Exception {
        var broken = new NoClassDefFoundError("Could not initialize class sun.nio.ch.Poller");
        var failures = new LinkedBlockingQueue<Error>(List.of(new StackOverflowError(), broken));
        var limits =
                new ClientLimits(8_192, 1_024, Long.MAX_VALUE, 1, 1, 1, new MinimumRate(0, Duration.ZERO), TIMEOUTS);
        Supplier<Routing> routing = () -> {
            throw failures.remove();
        };
        var failing = new ProxyHandler(
                routing,
                new ProxyHandler.Setup(limits, new Forwarding(address -> false), new Transcoders(), Tracing.OFF),
                exchange -> {},
                () -> false);
        var endings = new LinkedBlockingQueue<Throwable>();
        FailStop.Handler before = FailStop.use((reason, cause) -> endings.add(cause));
        try (var port = new HttpPort(
                        new HttpPort.Settings(
                                "127.0.0.1",
                                0,
                                ClientProtocols.PLAIN,
                                TIMEOUTS,
                                ConnectionLimit.of(100),
                                8_192,
                                HttpPort.Paths.LEFT_TO_HANDLER),
                        failing,
                        exchange -> {},
                        new HttpPort.Work(() -> Duration.ofSeconds(5), failing::inFlight));
                var client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port.port() + "/x"))
                    .build();
            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(500);
            assertThat(endings).isEmpty();
            assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                    .isEqualTo(500);
            assertThat(endings).containsExactly(broken);
        } finally {
            FailStop.use(before);
        }
    }
}
