package dev.stringsvc.gateway.transport.h2;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.IdleTimeouts;
import dev.stringsvc.gateway.transport.OpenTransport;
import dev.stringsvc.gateway.transport.Transport;
import dev.stringsvc.gateway.transport.Watchdog;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/// A transport over HTTP/2 to one fake instance.
final class Http2Fixture extends OpenTransport {
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

    private Http2Fixture(FakeInstance instance, Watchdog watchdog, Http2Transports transports) {
        super(instance, transports.open("127.0.0.1", instance.port(), NO_HTTP1), () -> {
            transports.close();
            watchdog.close();
        });
    }

    private static Http2Fixture open(FakeInstance instance, Duration ping) {
        Watchdog watchdog = Watchdog.start();
        var times = new Http2Transports.Times(Duration.ofSeconds(5), LONG, ping);
        return new Http2Fixture(instance, watchdog, new Http2Transports(times, watchdog, new IdleTimeouts(LONG, LONG)));
    }

    static Http2Fixture to(Script script, int... settings) throws IOException {
        return to(LONG, script, settings);
    }

    static Http2Fixture to(Duration ping, Script script, int... settings) throws IOException {
        return open(FakeInstance.of(wire -> script.serve(new Http2Peer(wire, settings))), ping);
    }

    /// An instance that does not speak HTTP/2.
    static Http2Fixture toWire(FakeInstance.Script script) throws IOException {
        return open(FakeInstance.of(script), LONG);
    }

    CompletableFuture<AttemptResult> begin(UpstreamRequest request) {
        var result = new CompletableFuture<AttemptResult>();
        Thread.startVirtualThread(() -> result.complete(execute(request)));
        return result;
    }

    static UpstreamRequest request(String method, String path, Body body) {
        return request(method, path, new HeaderFields(), body);
    }
}
