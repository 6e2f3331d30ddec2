package dev.stringsvc.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DrainTest {
    private final TestServer server = new TestServer();

    @AfterEach
    void stop() throws Exception {
        server.close();
    }

    @Test
    void health_is_503_and_each_connection_gets_one_more_response() throws Exception {
        server.server().drain();
        var health = server.get("/health");
        assertThat(health.statusCode()).isEqualTo(503);
        assertThat(health.body()).isEqualTo("{\"status\":\"draining\"}");
        assertThat(server.send(server.request("/health").method("HEAD", BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(503);
        var call = server.post("/uppercase", "{\"s\":\"foo\"}");
        assertThat(call.statusCode()).isEqualTo(200);
        assertThat(call.headers().firstValue("Connection")).hasValue("close");
    }

    @Test
    void a_request_in_flight_is_finished_and_new_connections_are_refused() throws Exception {
        try (Socket socket = beginRequest()) {
            var stopped = CompletableFuture.supplyAsync(() -> stop(Duration.ofMinutes(1)));
            await().until(this::refusesConnections);
            assertThat(stopped).isNotDone();
            socket.getOutputStream().write("\"foo\"}".getBytes(UTF_8));
            assertThat(new String(socket.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("HTTP/1.1 200 OK")
                    .contains("Connection: close")
                    .endsWith("{\"v\":\"FOO\"}");
            assertThat(stopped.get(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void a_request_that_never_ends_is_cut_off_when_the_drain_is_over() throws Exception {
        try (var _ = beginRequest()) {
            assertThat(stop(Duration.ofMillis(50))).isFalse();
            assertThat(refusesConnections()).isTrue();
        }
    }

    private Socket beginRequest() throws IOException {
        Socket socket = server.connect();
        socket.getOutputStream()
                .write("POST /uppercase HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n{\"s\":".getBytes(UTF_8));
        await().until(() -> server.server().inFlight() == 1);
        return socket;
    }

    private boolean stop(Duration longest) {
        try {
            return server.server().stop(longest);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private boolean refusesConnections() {
        try (var _ =
                new Socket(InetAddress.getLoopbackAddress(), server.server().port())) {
            return false;
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
