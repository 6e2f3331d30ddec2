package dev.stringsvc.gateway;

import dev.stringsvc.gateway.client.ClientProtocols;
import dev.stringsvc.gateway.client.ClientTimeouts;
import dev.stringsvc.gateway.client.ConnectionLimit;
import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.client.HttpPort;
import dev.stringsvc.gateway.client.MinimumRate;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.grpc.Transcoders;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.proxy.ClientLimits;
import dev.stringsvc.gateway.proxy.Forwarding;
import dev.stringsvc.gateway.proxy.ProxyHandler;
import dev.stringsvc.gateway.proxy.Tracing;
import dev.stringsvc.gateway.retry.AttemptListener;
import dev.stringsvc.gateway.retry.Bulkhead;
import dev.stringsvc.gateway.retry.Forwarder;
import dev.stringsvc.gateway.retry.RetryBudget;
import dev.stringsvc.gateway.retry.RetryPolicy;
import dev.stringsvc.gateway.retry.RouteContext;
import dev.stringsvc.gateway.retry.Routing;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.gateway.route.TestRoutes;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.Transport;
import dev.stringsvc.gateway.upstream.Policies;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.gateway.upstream.UpstreamListener;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// The data port with a transport that does what the test says, since what clients see does not depend
/// on the protocol towards instances. One route takes everything.
final class ScriptedGateway implements AutoCloseable {
    private static final Duration LONG = Duration.ofSeconds(20);

    /// Decides the result of a request.
    interface Script {
        AttemptResult execute(UpstreamRequest request) throws IOException;
    }

    private final Upstream upstream;
    private final HttpPort port;
    private final BlockingQueue<Exchange> exchanges = new LinkedBlockingQueue<>();
    private final BlockingQueue<UpstreamRequest> requests = new LinkedBlockingQueue<>();

    ScriptedGateway(Script script) {
        this.upstream = new Upstream(
                "s",
                (host, port) -> new ScriptedTransport(script),
                Policies.EJECTION,
                Policies.GUARD,
                new UpstreamListener() {},
                Clock.systemUTC());
        upstream.accept(new Snapshot(List.of(Instance.of("i1", "h", 1)), 1));
        var to = TestRoutes.forward("s", false, false, 1, Duration.ofSeconds(30));
        var route = Route.to(to, "r", "/");
        var bulkhead = new Bulkhead();
        var budget = new RetryBudget(0.2, 10, bulkhead::held, System::nanoTime);
        var policy = new RetryPolicy(Duration.ofMillis(1), () -> 0);
        var forwarder = new Forwarder(
                new RouteContext(
                        route, to, upstream, policy, budget, budget, new AttemptListener() {}, System::nanoTime),
                bulkhead);
        var routing = new Routing(new RouteTable(List.of(route)), Map.of("r", forwarder));
        var timeouts = new ClientTimeouts(LONG, LONG, LONG);
        var limits = new ClientLimits(8_192, 4, Long.MAX_VALUE, 8, 1, 1, new MinimumRate(0, Duration.ZERO), timeouts);
        var proxy = new ProxyHandler(
                () -> routing,
                new ProxyHandler.Setup(limits, new Forwarding(address -> false), new Transcoders(), Tracing.OFF),
                exchanges::add,
                () -> false);
        this.port = new HttpPort(
                new HttpPort.Settings(
                        "127.0.0.1",
                        0,
                        ClientProtocols.PLAIN,
                        timeouts,
                        ConnectionLimit.of(1_000),
                        32_768,
                        HttpPort.Paths.LEFT_TO_HANDLER),
                proxy,
                exchanges::add,
                new HttpPort.Work(() -> Duration.ofSeconds(5), proxy::inFlight));
    }

    int port() {
        return port.port();
    }

    /// The next request that the transport was asked to send.
    UpstreamRequest request() throws InterruptedException {
        UpstreamRequest request = requests.poll(10, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no request came");
        }
        return request;
    }

    /// The log entry of the next request.
    Exchange exchange() throws InterruptedException {
        Exchange exchange = exchanges.poll(10, TimeUnit.SECONDS);
        if (exchange == null) {
            throw new AssertionError("no request ended");
        }
        return exchange;
    }

    @Override
    public void close() {
        port.close();
        if (upstream.endpoints().getFirst().inFlight() != 0) {
            throw new AssertionError("a request is still in flight");
        }
    }

    private final class ScriptedTransport implements Transport {
        private final Script script;

        ScriptedTransport(Script script) {
            this.script = script;
        }

        @Override
        public AttemptResult execute(UpstreamRequest request, Duration timeout) {
            requests.add(request);
            try {
                return script.execute(request);
            } catch (IOException e) {
                return new AttemptResult.ClientFault(e);
            }
        }

        @Override
        public void close() {}
    }

    /// Writes a body.
    interface Copy {
        void to(OutputStream out) throws IOException;
    }

    static AttemptResult answer(int status, HeaderFields headers, Copy body) {
        return new AttemptResult.Responded(new Response(status, headers, body));
    }

    private record Response(int status, HeaderFields headers, Copy body) implements UpstreamResponse {
        @Override
        public @Nullable String header(String name) {
            return headers.first(name);
        }

        @Override
        public void forEachHeader(BiConsumer<? super String, ? super String> action) {
            headers.forEach(action);
        }

        @Override
        public void copyBodyTo(OutputStream out) throws IOException {
            body.to(out);
        }

        @Override
        public void close() {}
    }
}
