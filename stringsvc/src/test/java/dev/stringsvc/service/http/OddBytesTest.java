package dev.stringsvc.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OddBytesTest {
    private final TestServer server = new TestServer();

    @AfterEach
    void nothing_is_left_in_flight() throws Exception {
        await().until(() -> server.server().inFlight() == 0);
        server.close();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GARBAGE | 400",
                "GET /health HTTP/1.1 | 400",
                "GET /he alth HTTP/1.1\\r\\nHost: x | 400",
                "GET / HTTP/3.9 | 505",
                "POST /count HTTP/1.1\\r\\nHost: x\\r\\nContent-Length: -1 | 400",
                "POST /count HTTP/1.1\\r\\nHost: x\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nzz\\r\\n | 400",
                "GET /%zz HTTP/1.1\\r\\nHost: x | 400",
            })
    void malformed_requests_are_answered_with_a_problem(String request, int status) throws Exception {
        String answer = server.raw(request.replace("\\r\\n", "\r\n") + "\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 " + status + " ")
                .contains("Content-Type: application/problem+json")
                .contains("\"status\":" + status)
                .doesNotContain("badMessage", "org.");
    }

    @Test
    void headers_that_are_too_large_are_answered_with_a_problem() throws Exception {
        String answer = server.raw("GET /health HTTP/1.1\r\nHost: x\r\nX: " + "a".repeat(20_000) + "\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 431 ").contains("application/problem+json");
    }

    @Test
    void a_caller_that_sends_too_much_still_reads_the_answer_and_then_the_end() throws Exception {
        try (Socket socket = server.connect()) {
            var out = socket.getOutputStream();
            out.write("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 8388608\r\n\r\n".getBytes(UTF_8));
            out.write(new byte[8 << 20]);
            String answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            assertThat(answer).startsWith("HTTP/1.1 413 ").contains("Connection: close");
        }
    }

    @Test
    void a_caller_that_disconnects_within_its_body_leaves_nothing_in_flight() throws Exception {
        try (Socket socket = server.connect()) {
            socket.getOutputStream()
                    .write("POST /count HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n{".getBytes(UTF_8));
            await().until(() -> server.server().inFlight() == 1);
        }
    }

    @Test
    void asking_for_a_websocket_changes_nothing() throws Exception {
        assertThat(server.raw("POST /count HTTP/1.1\r\nHost: x\r\nSec-WebSocket-Version: 13\r\nConnection: close\r\n"
                        + "Content-Length: 9\r\n\r\n{\"s\":\"x\"}"))
                .endsWith("{\"v\":\"1\"}")
                .doesNotContain("Set-Cookie");
    }
}
