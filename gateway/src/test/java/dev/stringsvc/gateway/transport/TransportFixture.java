package dev.stringsvc.gateway.transport;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import java.io.IOException;
import java.time.Duration;

/// A transport over HTTP/1.1 to one fake instance.
final class TransportFixture extends OpenTransport {
    static final IdleTimeouts PAUSES = new IdleTimeouts(LONG, LONG);

    TransportFixture(FakeInstance instance) {
        this(instance, Duration.ofSeconds(5), LONG);
    }

    TransportFixture(FakeInstance instance, Duration connectTimeout, Duration idleTimeout) {
        this(instance, new Transports(connectTimeout, new IdleTimeouts(idleTimeout, idleTimeout)));
    }

    private TransportFixture(FakeInstance instance, Transports transports) {
        super(instance, transports.open("127.0.0.1", instance.port()), transports::close);
    }

    static TransportFixture to(FakeInstance.Script script) throws IOException {
        return new TransportFixture(FakeInstance.of(script));
    }

    static UpstreamRequest get(HeaderFields headers) {
        return request("GET", "/", headers, new Body.None());
    }
}
