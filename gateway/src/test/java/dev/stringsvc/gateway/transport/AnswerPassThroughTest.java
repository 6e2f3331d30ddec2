package dev.stringsvc.gateway.transport;

import static dev.stringsvc.gateway.transport.TransportFixture.body;
import static dev.stringsvc.gateway.transport.TransportFixture.get;
import static dev.stringsvc.gateway.transport.TransportFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerPassThroughTest {
    private static TransportFixture answering(String answer) throws IOException {
        return new TransportFixture(FakeInstance.answering(answer));
    }

    private static List<String> headers(UpstreamResponse response, String name) {
        List<String> values = new ArrayList<>();
        response.forEachHeader((key, value) -> {
            if (key.equalsIgnoreCase(name)) {
                values.add(value);
            }
        });
        return values;
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 201, 206, 299, 300, 301, 302, 303, 307, 308, 400, 401, 404, 407, 408, 418, 421, 500, 599})
    void status_is_the_instance_s_and_asked_for_once(int status) throws IOException {
        try (var fixture =
                answering("HTTP/1.1 " + status + " Said So\r\nLocation: /else\r\nContent-Length: 2\r\n\r\nok")) {
            try (UpstreamResponse response = fixture.respond(get("/"))) {
                assertThat(response.status()).isEqualTo(status);
                assertThat(headers(response, "Location")).containsExactly("/else");
                assertThat(body(response)).isEqualTo("ok");
            }
            assertThat(fixture.instance().requests()).hasSize(1);
        }
    }

    @Test
    void unavailable_with_retry_after_zero_is_asked_for_once_and_keeps_the_header() throws IOException {
        try (var fixture =
                answering("HTTP/1.1 503 Later\r\nRetry-After: 0\r\nX-After: 1\r\nContent-Length: 0\r\n\r\n")) {
            try (UpstreamResponse response = fixture.respond(get("/"))) {
                assertThat(response.status()).isEqualTo(503);
                assertThat(response.header("retry-after")).isEqualTo("0");
                assertThat(headers(response, "Retry-After")).containsExactly("0");
                assertThat(headers(response, "X-After")).containsExactly("1");
            }
            assertThat(fixture.instance().requests()).hasSize(1);
        }
    }

    @Test
    void zipped_body_stays_zipped() throws IOException {
        var zipped = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(zipped)) {
            gzip.write("hello".getBytes(StandardCharsets.UTF_8));
        }
        try (var fixture = TransportFixture.to(wire -> {
            wire.read();
            wire.send("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + zipped.size() + "\r\n\r\n");
            wire.send(zipped.toByteArray());
        })) {
            try (UpstreamResponse response = fixture.respond(get(new HeaderFields().add("Accept-Encoding", "gzip")))) {
                assertThat(headers(response, "Content-Encoding")).containsExactly("gzip");
                assertThat(headers(response, "Content-Length")).containsExactly(Integer.toString(zipped.size()));
                assertThat(body(response)).isEqualTo(zipped.toString(StandardCharsets.ISO_8859_1));
            }
            assertThat(fixture.instance().request().header("Accept-Encoding")).isEqualTo("gzip");
        }
    }

    @Test
    void repeated_headers_keep_their_order() throws IOException {
        try (var fixture =
                answering("HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nVary: x\r\nSet-Cookie: b=2\r\nVary: y\r\nset-cookie: "
                        + "a=3\r\nContent-Length: 0\r\n\r\n")) {
            try (UpstreamResponse response = fixture.respond(get("/"))) {
                assertThat(headers(response, "Set-Cookie")).containsExactly("a=1", "b=2", "a=3");
                assertThat(headers(response, "Vary")).containsExactly("x", "y");
                assertThat(response.header("Set-Cookie")).isEqualTo("a=1");
            }
        }
    }

    @Test
    void head_has_the_length_and_no_body() throws IOException {
        try (var fixture = answering("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")) {
            for (int i = 0; i < 2; i++) {
                try (UpstreamResponse response =
                        fixture.respond(request("HEAD", "/", new HeaderFields(), new Body.None()))) {
                    assertThat(headers(response, "Content-Length")).containsExactly("1234");
                    assertThat(body(response)).isEmpty();
                }
            }
            assertThat(fixture.instance().connections()).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"204 No Content", "304 Not Modified"})
    void status_without_a_body_keeps_the_connection(String status) throws IOException {
        try (var fixture = answering("HTTP/1.1 " + status + "\r\nETag: \"x\"\r\n\r\n")) {
            assertThat(fixture.fetch(get("/"))).isEmpty();
            assertThat(fixture.fetch(get("/"))).isEmpty();
            assertThat(fixture.instance().connections()).isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\n\r\n",
                "Content-Length: 5\r\n\r\nhello",
                "Transfer-Encoding: chunked\r\n\r\n",
                "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
            })
    void answer_without_content_is_whole_with_its_head(String rest) throws IOException {
        try (var fixture = answering("HTTP/1.1 204 No Content\r\nETag: \"x\"\r\n" + rest)) {
            for (int i = 0; i < 2; i++) {
                try (UpstreamResponse response = fixture.respond(get("/"))) {
                    assertThat(response.status()).isEqualTo(204);
                    assertThat(response.header("ETag")).isEqualTo("\"x\"");
                    assertThat(body(response)).isEmpty();
                }
            }
            assertThat(fixture.instance().requests()).hasSize(2);
        }
    }

    @Test
    void trailers_follow_the_body() throws IOException {
        String answer = String.join(
                "\r\n",
                "HTTP/1.1 200 OK",
                "Transfer-Encoding: chunked",
                "",
                "3",
                "abc",
                "0",
                "X-Sum: 1",
                "X-Name: Zo\u00c3\u00ab",
                "",
                "");
        try (var fixture = answering(answer)) {
            try (UpstreamResponse response = fixture.respond(get("/"))) {
                assertThat(body(response)).isEqualTo("abc");
                List<String> trailers = new ArrayList<>();
                response.forEachTrailer((name, value) -> trailers.add(name + ": " + value));
                assertThat(trailers).containsExactly("X-Sum: 1", "X-Name: Zo\u00c3\u00ab");
            }
        }
    }

    @Test
    void chunks_are_taken_apart_and_the_connection_is_kept() throws IOException {
        try (var fixture =
                answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Sum: "
                        + "1\r\n\r\n")) {
            assertThat(fixture.fetch(get("/"))).isEqualTo("abcde");
            assertThat(fixture.fetch(get("/"))).isEqualTo("abcde");
            assertThat(fixture.instance().connections()).isOne();
        }
    }

    @Test
    void body_may_end_with_the_connection() throws IOException {
        try (var fixture = TransportFixture.to(wire -> {
            wire.read();
            wire.send("HTTP/1.0 200 OK\r\n\r\nto the end");
        })) {
            assertThat(fixture.fetch(get("/"))).isEqualTo("to the end");
        }
    }

    @Test
    void provisional_answers_are_passed_over() throws IOException {
        try (var fixture = answering(
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + FakeInstance.OK)) {
            assertThat(fixture.fetch(get("/"))).isEqualTo("ok");
        }
    }

    @Test
    void connection_is_kept_for_the_next_request() throws IOException {
        try (var fixture = new TransportFixture(FakeInstance.healthy())) {
            for (int i = 0; i < 10; i++) {
                assertThat(fixture.fetch(get("/" + i))).isEqualTo("ok");
            }
            assertThat(fixture.instance().connections()).isOne();
        }
    }

    @Test
    void connection_is_not_kept_when_the_instance_says_so() throws IOException {
        try (var fixture = answering("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")) {
            assertThat(fixture.fetch(get("/"))).isEqualTo("ok");
            assertThat(fixture.fetch(get("/"))).isEqualTo("ok");
            assertThat(fixture.instance().connections()).isEqualTo(2);
        }
    }

    @Test
    void header_bytes_that_are_not_ascii_come_as_they_are() throws IOException {
        try (var fixture = answering("HTTP/1.1 200 OK\r\nX-Name: Zo\u00c3\u00ab\r\nContent-Length: 0\r\n\r\n")) {
            try (UpstreamResponse response = fixture.respond(get("/"))) {
                assertThat(headers(response, "X-Name")).containsExactly("Zo\u00c3\u00ab");
            }
        }
    }
}
