package dev.stringsvc.gateway.transport.h2;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.IdleTimeouts;
import dev.stringsvc.gateway.transport.Transport;
import dev.stringsvc.gateway.transport.Watchdog;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// A transport over HTTP/2 to one fake instance. Closing it asserts that no connection is left open.
final class Http2Fixture implements AutoCloseable {
    static final Duration LONG = Duration.ofSeconds(20);
    private static final Transport NO_HTTP1 = new Transport() {
        @Override
        public AttemptResult execute(UpstreamRequest request, Duration timeout) {
            return new AttemptResult.Unsendable("went by HTTP/1.1");
        }

        @Override
        public void close() {}
    };

    /// Handles one connection of the instance.
    @FunctionalInterface
    interface Script {
        void serve(Http2Peer peer) throws IOException, InterruptedException;
    }

    private final Watchdog watchdog = Watchdog.start();
    private final Http2Transports transports;
    private final FakeInstance instance;
    private final Transport transport;

    private Http2Fixture(FakeInstance instance, Duration ping) {
        this.instance = instance;
        var times = new Http2Transports.Times(Duration.ofSeconds(5), LONG, ping);
        this.transports = new Http2Transports(times, watchdog, new IdleTimeouts(LONG, LONG));
        this.transport = transports.open("127.0.0.1", instance.port(), NO_HTTP1);
    }

    static Http2Fixture to(Script script, int... settings) throws IOException {
        return to(LONG, script, settings);
    }

    static Http2Fixture to(Duration ping, Script script, int... settings) throws IOException {
        return new Http2Fixture(FakeInstance.of(wire -> script.serve(new Http2Peer(wire, settings))), ping);
    }

    /// An instance that does not speak HTTP/2.
    static Http2Fixture toWire(FakeInstance.Script script) throws IOException {
        return new Http2Fixture(FakeInstance.of(script), LONG);
    }

    FakeInstance instance() {
        return instance;
    }

    AttemptResult execute(UpstreamRequest request) {
        return transport.execute(request, LONG);
    }

    AttemptResult execute(UpstreamRequest request, Duration timeout) {
        return transport.execute(request, timeout);
    }

    CompletableFuture<AttemptResult> begin(UpstreamRequest request) {
        var result = new CompletableFuture<AttemptResult>();
        Thread.startVirtualThread(() -> result.complete(execute(request)));
        return result;
    }

    UpstreamResponse respond(UpstreamRequest request) {
        AttemptResult result = execute(request);
        assertThat(result).isInstanceOf(AttemptResult.Responded.class);
        return ((AttemptResult.Responded) result).response();
    }

    String fetch(UpstreamRequest request) throws IOException {
        try (UpstreamResponse response = respond(request)) {
            return body(response);
        }
    }

    static String body(UpstreamResponse response) throws IOException {
        var out = new ByteArrayOutputStream();
        response.copyBodyTo(out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    static UpstreamRequest get(String path) {
        return request("GET", path, new Body.None());
    }

    static UpstreamRequest post(Body body) {
        return request("POST", "/", body);
    }

    static UpstreamRequest request(String method, String path, Body body) {
        return new UpstreamRequest(method, path, null, new HeaderFields(), body);
    }

    static Body buffered(String text) {
        return new Body.Buffered(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static @Nullable IOException causeOf(AttemptResult result) {
        return switch (result) {
            case AttemptResult.NotSent(var cause, boolean _) -> cause;
            case AttemptResult.MaybeSent(var cause) -> cause;
            case AttemptResult.ClientFault(var cause) -> cause;
            case AttemptResult.Responded _ -> null;
            case AttemptResult.TimedOut _ -> null;
            case AttemptResult.Unsendable _ -> null;
        };
    }

    @Override
    public void close() throws IOException {
        try {
            transport.close();
            await().pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(5))
                    .atMost(Duration.ofSeconds(10))
                    .untilAsserted(() -> assertThat(instance.openConnections())
                            .as("connections that the transport left open")
                            .isZero());
        } finally {
            transports.close();
            watchdog.close();
            instance.close();
        }
    }
}
