package dev.stringsvc.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.http.UpstreamResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A transport to one fake instance. Closing it closes both, and asserts that no connection is left
/// open.
final class TransportFixture implements AutoCloseable {
    /// Longer than anything takes in these tests.
    static final Duration LONG = Duration.ofSeconds(20);

    static final IdleTimeouts PAUSES = new IdleTimeouts(LONG, LONG);

    private final Transports transports;
    private final FakeInstance instance;
    private final Transport transport;

    TransportFixture(FakeInstance instance) {
        this(instance, Duration.ofSeconds(5), LONG);
    }

    TransportFixture(FakeInstance instance, Duration connectTimeout, Duration idleTimeout) {
        this.instance = instance;
        this.transports = new Transports(connectTimeout, new IdleTimeouts(idleTimeout, idleTimeout));
        this.transport = transports.open("127.0.0.1", instance.port());
    }

    static TransportFixture to(FakeInstance.Script script) throws IOException {
        return new TransportFixture(FakeInstance.of(script));
    }

    FakeInstance instance() {
        return instance;
    }

    Transport transport() {
        return transport;
    }

    /// From now on the timeout of every attempt is over when it begins.
    void endTheTimeOfAll() {
        transports.close();
    }

    AttemptResult execute(UpstreamRequest request) {
        return transport.execute(request, LONG);
    }

    AttemptResult execute(UpstreamRequest request, Duration timeout) {
        return transport.execute(request, timeout);
    }

    /// Sends a request that must get a response.
    UpstreamResponse respond(UpstreamRequest request) {
        AttemptResult result = execute(request);
        assertThat(result).isInstanceOf(AttemptResult.Responded.class);
        return ((AttemptResult.Responded) result).response();
    }

    /// Sends a request that must get a response, and reads the response to its end.
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
        return request("GET", path, new HeaderFields(), new Body.None());
    }

    static UpstreamRequest get(HeaderFields headers) {
        return request("GET", "/", headers, new Body.None());
    }

    static UpstreamRequest post(Body body) {
        return request("POST", "/", new HeaderFields(), body);
    }

    static UpstreamRequest request(String method, String path, HeaderFields headers, Body body) {
        return new UpstreamRequest(method, path, null, headers, body);
    }

    static Body buffered(String bytes) {
        return new Body.Buffered(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    static @Nullable IOException causeOf(AttemptResult result) {
        return switch (result) {
            case AttemptResult.NotSent(var cause, boolean _) -> cause;
            case AttemptResult.MaybeSent(var cause) -> cause;
            case AttemptResult.ClientFault(var cause) -> cause;
            case AttemptResult.Responded ignored -> null;
            case AttemptResult.TimedOut ignored -> null;
            case AttemptResult.Unsendable ignored -> null;
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
            instance.close();
        }
    }
}
