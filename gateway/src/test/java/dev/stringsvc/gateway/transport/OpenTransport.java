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
public class OpenTransport implements AutoCloseable {
    /// Longer than anything takes in these tests.
    public static final Duration LONG = Duration.ofSeconds(20);

    private final FakeInstance instance;
    private final Transport transport;
    private final Runnable closeShared;

    /// @param closeShared closes what the transport shares with others
    protected OpenTransport(FakeInstance instance, Transport transport, Runnable closeShared) {
        this.instance = instance;
        this.transport = transport;
        this.closeShared = closeShared;
    }

    public final FakeInstance instance() {
        return instance;
    }

    final Transport transport() {
        return transport;
    }

    /// From now on the timeout of every attempt is over when it begins.
    final void endTheTimeOfAll() {
        closeShared.run();
    }

    public final AttemptResult execute(UpstreamRequest request) {
        return transport.execute(request, LONG);
    }

    public final AttemptResult execute(UpstreamRequest request, Duration timeout) {
        return transport.execute(request, timeout);
    }

    /// Sends a request that must get a response.
    public final UpstreamResponse respond(UpstreamRequest request) {
        AttemptResult result = execute(request);
        assertThat(result).isInstanceOf(AttemptResult.Responded.class);
        return ((AttemptResult.Responded) result).response();
    }

    /// Sends a request that must get a response, and reads the response to its end.
    public final String fetch(UpstreamRequest request) throws IOException {
        try (UpstreamResponse response = respond(request)) {
            return body(response);
        }
    }

    public static String body(UpstreamResponse response) throws IOException {
        var out = new ByteArrayOutputStream();
        response.copyBodyTo(out);
        return out.toString(StandardCharsets.ISO_8859_1);
    }

    public static UpstreamRequest get(String path) {
        return request("GET", path, new HeaderFields(), new Body.None());
    }

    public static UpstreamRequest post(Body body) {
        return request("POST", "/", new HeaderFields(), body);
    }

    public static UpstreamRequest request(String method, String path, HeaderFields headers, Body body) {
        return new UpstreamRequest(method, path, null, headers, body);
    }

    public static Body buffered(String bytes) {
        return new Body.Buffered(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    public static @Nullable IOException causeOf(AttemptResult result) {
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
            closeShared.run();
            instance.close();
        }
    }
}
