package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client gets the answer that the instance sent.
class PassThroughTest {
    private static GatewayFixture answering(String answer) throws Exception {
        return GatewayFixture.over(FakeInstance.answering(answer));
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 202, 206, 299, 301, 302, 307, 400, 401, 404, 407, 409, 418, 429, 451, 500, 501, 599})
    void status_passes(int status) throws Exception {
        try (var gateway = answering("HTTP/1.1 " + status + " So\r\nContent-Length: 2\r\n\r\nok")) {
            HttpMessage answer = gateway.get("/svc");
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.text()).isEqualTo("ok");
            assertThat(gateway.logLine()).contains(" status=" + status + " ", " bytes=2 ", " attempts=1 ");
        }
    }

    @Test
    void every_header_passes_and_none_is_invented() throws Exception {
        try (var gateway = answering(head(
                        "HTTP/1.1 200 OK",
                        "Date: Thu, 01 Jan 1970 00:00:00 GMT",
                        "Server: fake",
                        "ETag: W/\"1\"",
                        "Cache-Control: no-store",
                        "X-Empty:",
                        "Content-Length: 2")
                + "ok")) {
            assertThat(gateway.exchange("GET /svc HTTP/1.1\r\nHost: gw\r\nX-Request-Id: id-1\r\n\r\n")
                            .head())
                    .containsExactlyInAnyOrder(
                            "HTTP/1.1 200 OK",
                            "Date: Thu, 01 Jan 1970 00:00:00 GMT",
                            "Server: fake",
                            "ETag: W/\"1\"",
                            "Cache-Control: no-store",
                            "X-Empty: ",
                            "Via: 1.1 gateway",
                            "Content-Length: 2",
                            "X-Request-Id: id-1");
        }
    }

    @Test
    void date_is_added_where_the_instance_says_none() throws Exception {
        try (var gateway = answering(FakeInstance.OK)) {
            assertThat(gateway.get("/svc").header("Date")).endsWith(" GMT");
        }
    }

    @Test
    void repeated_headers_keep_their_order() throws Exception {
        try (var gateway = answering(head(
                "HTTP/1.1 200 OK",
                "Set-Cookie: a=1; Path=/",
                "Vary: x",
                "Set-Cookie: b=2",
                "Vary: y",
                "Set-Cookie: a=1; Path=/",
                "Link: </a>; rel=x, </b>",
                "Content-Length: 0"))) {
            HttpMessage answer = gateway.get("/svc");
            assertThat(answer.headers("Set-Cookie")).containsExactly("a=1; Path=/", "b=2", "a=1; Path=/");
            assertThat(answer.headers("Vary")).containsExactly("x", "y");
            assertThat(answer.headers("Link")).containsExactly("</a>; rel=x, </b>");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "text/html;charset=utf-8",
                "text/html; charset=utf-8",
                "text/plain; Charset=\"UTF-8\"",
                "TEXT/plain; Charset=\"Latin1\"",
                "multipart/x; boundary=a",
                "no-type"
            })
    void content_type_passes_as_it_is_written(String type) throws Exception {
        try (var gateway = answering("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nContent-Length: 2\r\n\r\n{}")) {
            assertThat(gateway.get("/svc").headers("Content-Type")).containsExactly(type);
        }
    }

    @Test
    void hop_by_hop_headers_of_the_instance_stay_with_it() throws Exception {
        try (var gateway = answering(head(
                        "HTTP/1.1 200 OK",
                        "Connection: keep-alive, X-Secret",
                        "Connection: x-other",
                        "X-Secret: 1",
                        "X-Other: 1",
                        "Keep-Alive: timeout=5",
                        "Proxy-Authenticate: Basic",
                        "Proxy-Connection: x",
                        "Trailer: X-T",
                        "Upgrade: h2c",
                        "X-Kept: 1",
                        "Content-Length: 2")
                + "ok")) {
            HttpMessage answer = gateway.get("/svc");
            assertThat(answer.header("X-Kept")).isEqualTo("1");
            assertThat(String.join("\n", answer.head()))
                    .doesNotContainIgnoringCase("secret")
                    .doesNotContainIgnoringCase("x-other")
                    .doesNotContainIgnoringCase("keep-alive")
                    .doesNotContainIgnoringCase("proxy-")
                    .doesNotContainIgnoringCase("trailer")
                    .doesNotContainIgnoringCase("upgrade")
                    .doesNotContainIgnoringCase("connection");
        }
    }

    @Test
    void header_bytes_that_are_not_ascii_pass() throws Exception {
        try (var gateway = answering("HTTP/1.1 200 OK\r\nX-Name: Zo\u00c3\u00ab\r\nContent-Length: 0\r\n\r\n")) {
            assertThat(gateway.get("/svc").header("X-Name")).isEqualTo("Zo\u00c3\u00ab");
        }
    }

    @Test
    void head_has_the_instance_s_length_and_no_body() throws Exception {
        var instance = FakeInstance.answering("HTTP/1.1 200 OK\r\nContent-Length: 123456\r\n\r\n");
        try (var gateway = GatewayFixture.over(instance);
                RawClient client = gateway.client()) {
            for (int i = 0; i < 2; i++) {
                HttpMessage answer =
                        client.send("HEAD /svc HTTP/1.1\r\nHost: gw\r\n\r\n").readToHead();
                assertThat(answer.header("Content-Length")).isEqualTo("123456");
            }
            assertThat(instance.requests()).extracting(HttpMessage::startLine).containsOnly("HEAD /svc HTTP/1.1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "204 No Content\r\nX-A: 1",
                "204 No Content\r\nX-A: 1\r\nContent-Length: 0",
                "204 No Content\r\nX-A: 1\r\nContent-Length: 5",
                "204 No Content\r\nX-A: 1\r\nTransfer-Encoding: chunked",
                "304 Not Modified\r\nX-A: 1",
                "304 Not Modified\r\nX-A: 1\r\nContent-Length: 99"
            })
    void status_without_a_body_has_none_and_keeps_the_client_s_connection(String head) throws Exception {
        try (var gateway = answering("HTTP/1.1 " + head + "\r\n\r\n");
                RawClient client = gateway.client()) {
            for (int i = 0; i < 2; i++) {
                HttpMessage answer =
                        client.send("GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n").read();
                assertThat(answer.status()).isEqualTo(Integer.parseInt(head.substring(0, 3)));
                assertThat(answer.header("X-A")).isEqualTo("1");
                assertThat(answer.header("Transfer-Encoding")).isNull();
                if (answer.status() == 204) {
                    assertThat(answer.header("Content-Length")).isNull();
                }
            }
        }
    }

    @Test
    void part_of_a_resource_passes_as_it_was_asked_for() throws Exception {
        var instance = FakeInstance.answering(head(
                        "HTTP/1.1 206 Partial Content",
                        "Content-Range: bytes 2-4/10",
                        "Accept-Ranges: bytes",
                        "Content-Length: 3")
                + "cde");
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer =
                    gateway.exchange(head("GET /svc HTTP/1.1", "Host: gw", "Range: bytes=2-4", "If-Range: \"v1\""));
            assertThat(answer.status()).isEqualTo(206);
            assertThat(answer.header("Content-Range")).isEqualTo("bytes 2-4/10");
            assertThat(answer.header("Accept-Ranges")).isEqualTo("bytes");
            assertThat(answer.text()).isEqualTo("cde");
            assertThat(instance.request().header("Range")).isEqualTo("bytes=2-4");
            assertThat(instance.request().header("If-Range")).isEqualTo("\"v1\"");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br", "zstd, identity"})
    void compressed_body_passes_untouched_and_so_does_what_was_asked_for(String coding) throws Exception {
        String body = "\u001f\u008b\b\0any bytes\u00ff\u00fe";
        var instance = FakeInstance.answering(head(
                        "HTTP/1.1 200 OK",
                        "Content-Encoding: " + coding,
                        "Vary: Accept-Encoding",
                        "Content-Length: " + body.length())
                + body);
        try (var gateway = GatewayFixture.over(instance)) {
            HttpMessage answer = gateway.exchange(head("GET /svc HTTP/1.1", "Host: gw", "Accept-Encoding: " + coding));
            assertThat(answer.header("Content-Encoding")).isEqualTo(coding);
            assertThat(answer.header("Content-Length")).isEqualTo(Integer.toString(body.length()));
            assertThat(answer.body()).isEqualTo(body.getBytes(StandardCharsets.ISO_8859_1));
            assertThat(instance.request().headers("Accept-Encoding")).containsExactly(coding);
        }
    }

    @Test
    void gateway_puts_its_name_behind_those_whom_the_answer_passed_before() throws Exception {
        try (var gateway = answering("HTTP/1.1 200 OK\r\nVia: 1.1 cache\r\nContent-Length: 0\r\n\r\n")) {
            assertThat(gateway.get("/svc").headers("Via")).containsExactly("1.1 cache", "1.1 gateway");
            assertThat(gateway.get("/none").headers("Via")).isEmpty();
        }
    }

    private static final String WITH_TRAILERS =
            head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Trailer: X-Sum, X-Late")
                    + "3\r\nabc\r\n0\r\nX-Sum: 1\r\nConnection: close\r\nContent-Length: 9\r\nX-Late: a\r\nx-late: b\r\n\r\n";

    @Test
    void trailers_pass_to_a_client_that_takes_them() throws Exception {
        try (var gateway = answering(WITH_TRAILERS);
                RawClient client = gateway.client()) {
            for (int i = 0; i < 2; i++) {
                client.send(head("GET /svc HTTP/1.1", "Host: gw", "TE: trailers", "Connection: TE"));
                HttpMessage answer = client.readHead();
                assertThat(answer.header("Trailer")).isEqualTo("X-Sum, X-Late");
                assertThat(client.readChunk()).isEqualTo("abc".getBytes(StandardCharsets.ISO_8859_1));
                client.readPast("0\r\nX-Sum: 1\r\nX-Late: a\r\nx-late: b\r\n\r\n");
            }
        }
    }

    @Test
    void trailers_stay_with_the_gateway_where_the_client_does_not_ask_for_them() throws Exception {
        try (var gateway = answering(WITH_TRAILERS);
                RawClient client = gateway.client()) {
            for (int i = 0; i < 2; i++) {
                client.send(head("GET /svc HTTP/1.1", "Host: gw"));
                assertThat(client.readHead().header("Trailer")).isNull();
                assertThat(client.readChunk()).isEqualTo("abc".getBytes(StandardCharsets.ISO_8859_1));
                client.readPast("0\r\n\r\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 2\r\n\r\nok", "Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"})
    void answer_without_trailers_is_whole_for_a_client_that_takes_them(String rest) throws Exception {
        try (var gateway = answering("HTTP/1.1 200 OK\r\n" + rest);
                RawClient client = gateway.client()) {
            for (int i = 0; i < 2; i++) {
                client.send(head("GET /svc HTTP/1.1", "Host: gw", "TE: trailers", "Connection: TE"));
                assertThat(client.read().text()).isEqualTo("ok");
            }
        }
    }

    @Test
    void body_of_unknown_length_comes_in_chunks_and_keeps_the_client_s_connection() throws Exception {
        try (var gateway = answering(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
                RawClient client = gateway.client()) {
            for (int i = 0; i < 2; i++) {
                HttpMessage answer =
                        client.send("GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n").read();
                assertThat(answer.headers("Transfer-Encoding")).containsExactly("chunked");
                assertThat(answer.text()).isEqualTo("abcde");
            }
        }
    }

    @Test
    void length_beside_chunks_is_a_problem() throws Exception {
        try (var gateway = answering(head("HTTP/1.1 200 OK", "Content-Length: 2", "Transfer-Encoding: chunked")
                + "5\r\nabcde\r\n0\r\n\r\n")) {
            assertThat(gateway.get("/svc").status()).isEqualTo(502);
        }
    }

    @Test
    void body_that_ends_with_the_instance_s_connection_is_whole() throws Exception {
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send("HTTP/1.0 200 OK\r\n\r\nto the end");
        });
        try (var gateway = GatewayFixture.over(instance)) {
            assertThat(gateway.get("/svc").text()).isEqualTo("to the end");
        }
    }

    @Test
    void client_of_http_1_0_is_answered_without_chunks() throws Exception {
        try (var gateway = answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")) {
            HttpMessage answer = gateway.exchange("GET /svc HTTP/1.0\r\nHost: gw\r\n\r\n");
            assertThat(answer.header("Transfer-Encoding")).isNull();
            assertThat(answer.text()).isEqualTo("abc");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-2", "2, 2", "two", "+2"})
    void length_that_is_no_number_is_502_and_nothing_is_left_over(String length) throws Exception {
        try (var gateway = answering("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\nok")) {
            assertThat(gateway.post("/svc", "x").status()).isEqualTo(502);
        }
    }

    @Test
    void large_head_passes() throws Exception {
        try (var gateway =
                answering("HTTP/1.1 200 OK\r\nX-Large: " + "x".repeat(12_000) + "\r\nContent-Length: 2\r\n\r\nok")) {
            assertThat(gateway.get("/svc").header("X-Large")).hasSize(12_000);
        }
    }

    @Test
    void head_that_is_too_large_for_a_client_is_a_problem() throws Exception {
        try (var gateway =
                answering("HTTP/1.1 200 OK\r\nX-Large: " + "x".repeat(100_000) + "\r\nContent-Length: 2\r\n\r\nok")) {
            HttpMessage answer = gateway.get("/svc");
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(gateway.logLine()).contains(" status=502 ", " err=");
        }
    }

    @Test
    void two_lengths_that_contradict_each_other_are_a_problem() throws Exception {
        try (var gateway = answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 5\r\n\r\nok")) {
            HttpMessage answer = gateway.get("/svc");
            assertThat(answer.status()).isEqualTo(502);
        }
    }

    @Test
    void switch_of_protocols_that_nobody_asked_for_is_a_problem() throws Exception {
        try (var gateway = answering("HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n")) {
            assertThat(gateway.get("/svc").status()).isEqualTo(502);
        }
    }

    @Test
    void requests_on_one_connection_are_answered_in_their_order() throws IOException, Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.replying(request -> {
                    String path = request.startLine().split(" ", -1)[1];
                    return "HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path;
                }));
                RawClient client = gateway.client()) {
            for (int i = 0; i < 20; i++) {
                client.send("GET /svc/" + i + " HTTP/1.1\r\nHost: gw\r\n\r\n");
            }
            for (int i = 0; i < 20; i++) {
                assertThat(client.read().text()).isEqualTo("/svc/" + i);
            }
        }
    }
}
