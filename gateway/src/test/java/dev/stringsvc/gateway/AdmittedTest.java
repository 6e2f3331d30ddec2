package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Which requests are admitted when there is not room for all.
class AdmittedTest {
    private static final String EVENTS = head("HTTP/1.1 200 OK", "Content-Type: text/event-stream");

    private static String get(String path, String client) {
        return head("GET " + path + " HTTP/1.1", "Host: gw", "X-Forwarded-For: " + client);
    }

    private static FakeInstance silentOn(String path, Semaphore arrived) throws Exception {
        return FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                if (request.startLine().contains(path)) {
                    arrived.release();
                    wire.awaitEnd();
                    return;
                }
                wire.send(FakeInstance.OK);
            }
        });
    }

    @Test
    void newest_request_of_the_client_that_holds_most_is_refused_when_another_wants_in() throws Exception {
        var arrived = new Semaphore(0);
        String options = "limits.in-flight=2 service.in-flight=2 trusted-proxies=127.0.0.1 route.deadline=30s"
                + " route.attempt-timeout=30s";
        try (var gateway = GatewayFixture.with(options, silentOn("/svc/hang", arrived));
                RawClient first = gateway.client();
                RawClient second = gateway.client();
                RawClient third = gateway.client();
                RawClient other = gateway.client()) {
            first.send(get("/svc/hang", "192.0.2.1"));
            assertThat(arrived.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            second.send(get("/svc/hang", "192.0.2.1"));
            assertThat(arrived.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            assertThat(third.send(get("/svc", "192.0.2.1")).read().status()).isEqualTo(503);
            assertThat(other.send(get("/svc", "192.0.2.2")).read().status()).isEqualTo(200);
            assertThat(second.read().status()).isEqualTo(503);
        }
    }

    @Test
    void websocket_handshake_counts_as_a_request_until_it_is_agreed_to() throws Exception {
        var arrived = new Semaphore(0);
        try (var gateway =
                        GatewayFixture.with("limits.in-flight=1 service.in-flight=1", silentOn("/svc/hang", arrived));
                RawClient first = gateway.client();
                RawClient second = gateway.client()) {
            first.send(head(
                    "GET /svc/hang HTTP/1.1",
                    "Host: gw",
                    "Connection: Upgrade",
                    "Upgrade: websocket",
                    "Sec-WebSocket-Version: 13",
                    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
            assertThat(arrived.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
            assertThat(second.send(get("/svc", "a")).read().status()).isEqualTo(503);
        }
    }

    @Test
    void event_stream_takes_no_room_from_requests() throws Exception {
        var instance = FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                if (request.startLine().contains("/svc/events")) {
                    wire.send(EVENTS + "data: 1\n\n");
                    wire.awaitEnd();
                    return;
                }
                wire.send(FakeInstance.OK);
            }
        });
        try (var gateway = GatewayFixture.with("limits.in-flight=1 service.in-flight=1 limits.streams=1", instance);
                RawClient stream = gateway.client();
                RawClient full = gateway.client();
                RawClient other = gateway.client()) {
            stream.send(get("/svc/events", "a")).readPast("data: 1\n\n");
            HttpMessage answer = other.send(get("/svc", "a")).read();
            assertThat(answer.status()).isEqualTo(200);
            // its line is written once it is over
            gateway.logLineOf(answer);
            full.send(get("/svc/events", "a")).readPast("data: 1\n\n");
            assertThat(other.send(get("/svc", "a")).read().status()).isEqualTo(503);
        }
    }
}
