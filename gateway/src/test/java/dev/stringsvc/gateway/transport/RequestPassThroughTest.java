package dev.stringsvc.gateway.transport;

import static dev.stringsvc.gateway.transport.TransportFixture.buffered;
import static dev.stringsvc.gateway.transport.TransportFixture.get;
import static dev.stringsvc.gateway.transport.TransportFixture.post;
import static dev.stringsvc.gateway.transport.TransportFixture.request;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.http.UpstreamResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestPassThroughTest {
    private TransportFixture fixture = new TransportFixture(FakeInstance.healthy());

    RequestPassThroughTest() throws IOException {}

    @BeforeEach
    void sendsNothingByItself() {
        assertThat(fixture.instance().connections()).isZero();
    }

    @AfterEach
    void close() throws IOException {
        fixture.close();
    }

    @Test
    void nothing_is_added_but_what_the_connection_needs() throws IOException {
        fixture.fetch(get("/a"));
        assertThat(fixture.instance().request().head())
                .containsExactly(
                        "GET /a HTTP/1.1", "Host: " + fixture.instance().address());
    }

    @Test
    void user_agent_is_the_client_s_own_even_if_it_is_okhttp() throws IOException {
        fixture.fetch(get(new HeaderFields().add("User-Agent", "okhttp/4.12.0")));
        assertThat(fixture.instance().request().header("User-Agent")).isEqualTo("okhttp/4.12.0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "br;q=1.0, *;q=0", ""})
    void accept_encoding_is_the_client_s_own(String value) throws IOException {
        fixture.fetch(get(new HeaderFields().add("accept-encoding", value)));
        assertThat(fixture.instance().request().headers("Accept-Encoding")).containsExactly(value);
    }

    @Test
    void repeated_headers_keep_their_order() throws IOException {
        fixture.fetch(get(new HeaderFields()
                .add("X-A", "1")
                .add("Cookie", "a=1")
                .add("x-a", "2")
                .add("Cookie", "b=2")
                .add("X-A", "")));
        assertThat(fixture.instance().request().headers("X-A")).containsExactly("1", "2", "");
        assertThat(fixture.instance().request().headers("Cookie")).containsExactly("a=1", "b=2");
    }

    @Test
    void header_bytes_that_are_not_ascii_leave_as_they_are() throws IOException {
        fixture.fetch(get(new HeaderFields().add("X-Name", "Zo\u00c3\u00ab")));
        assertThat(fixture.instance().request().header("X-Name")).isEqualTo("Zo\u00c3\u00ab");
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD", "OPTIONS", "TRACE", "DELETE", "PROPFIND", "PURGE", "M-SEARCH", "get"})
    void method_without_a_body_is_sent_without_one(String method) throws IOException {
        try (var bodiless = new TransportFixture(FakeInstance.answering("HTTP/1.1 204 No Content\r\n\r\n"))) {
            bodiless.fetch(request(method, "/", new HeaderFields(), new Body.None()));
            HttpMessage sent = bodiless.instance().request();
            assertThat(sent.startLine()).isEqualTo(method + " / HTTP/1.1");
            assertThat(sent.header("Content-Length")).isNull();
            assertThat(sent.header("Transfer-Encoding")).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE", "PROPFIND", "OPTIONS", "REPORT"})
    void method_with_a_body_is_sent_with_it(String method) throws IOException {
        fixture.fetch(request(method, "/", new HeaderFields().add("Content-Type", "a/b"), buffered("hello")));
        HttpMessage sent = fixture.instance().request();
        assertThat(sent.startLine()).isEqualTo(method + " / HTTP/1.1");
        assertThat(sent.headers("Content-Length")).containsExactly("5");
        assertThat(sent.headers("Content-Type")).containsExactly("a/b");
        assertThat(sent.text()).isEqualTo("hello");
    }

    @Test
    void empty_post_says_that_it_is_empty_and_has_no_content_type() throws IOException {
        fixture.fetch(post(new Body.None()));
        assertThat(fixture.instance().request().header("Content-Length")).isEqualTo("0");
        assertThat(fixture.instance().request().header("Content-Type")).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a=1&b=2",
                "q=%20%C3%A9+x",
                "a=%zz&&=",
                "x=[1]|{2}^`\\",
                "?a=?/b",
                "q='<\">",
                "'",
                "a='b'&c='&&"
            })
    void query_is_sent_byte_for_byte(String query) throws IOException {
        fixture.fetch(new UpstreamRequest("GET", "/", query, new HeaderFields(), new Body.None()));
        assertThat(fixture.instance().request().startLine()).isEqualTo("GET /?" + query + " HTTP/1.1");
    }

    @Test
    void host_that_is_given_is_sent_instead_of_the_instance_s() throws IOException {
        fixture.fetch(get(new HeaderFields().add("Host", "shop.example:8080")));
        assertThat(fixture.instance().request().headers("Host")).containsExactly("shop.example:8080");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\u00e9", "a\u00c3b", "D\u00fcsseldorf", "\u0080\u009f\u00ff"})
    void header_bytes_that_are_not_utf_8_leave_as_they_are(String value) throws IOException {
        fixture.fetch(get(new HeaderFields().add("X-Name", value)));
        assertThat(fixture.instance().request().headers("X-Name")).containsExactly(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\rb", "a\nb", "a\u0000b", "a\u007fb", "a\u0100b"})
    void header_value_that_would_end_its_line_is_not_sent(String value) {
        assertThat(fixture.execute(get(new HeaderFields().add("X-Name", value))))
                .isInstanceOf(AttemptResult.Unsendable.class);
        assertThat(fixture.instance().connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void body_is_sent_where_it_is_unusual(String method) throws IOException {
        try (UpstreamResponse response =
                fixture.respond(request(method, "/_search", new HeaderFields(), buffered("hello")))) {
            assertThat(response.status()).isEqualTo(200);
        }
        assertThat(fixture.instance().request().startLine()).isEqualTo(method + " /_search HTTP/1.1");
        assertThat(fixture.instance().request().text()).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "//",
                "/a//b/",
                "/%C3%A9",
                "/a%2Fb",
                "/a;v=1/b",
                "/~a!$&'()*+,=:@",
                "/%zz",
                "/a...b/...",
                "/[{|^\"`}]"
            })
    void path_is_sent_byte_for_byte(String path) throws IOException {
        fixture.fetch(get(path));
        assertThat(fixture.instance().request().startLine()).isEqualTo("GET " + path + " HTTP/1.1");
    }

    @Test
    void streamed_body_of_known_length_is_sent_with_its_length() throws IOException {
        fixture.fetch(post(new Body.Streamed(new EndlessBody(200_000), 200_000)));
        HttpMessage sent = fixture.instance().request();
        assertThat(sent.header("Content-Length")).isEqualTo("200000");
        assertThat(sent.header("Transfer-Encoding")).isNull();
        assertThat(sent.body()).isEqualTo(new EndlessBody(200_000).readAllBytes());
    }

    @Test
    void streamed_body_of_unknown_length_is_sent_in_chunks() throws IOException {
        fixture.fetch(post(new Body.Streamed(new EndlessBody(200_000), -1)));
        HttpMessage sent = fixture.instance().request();
        assertThat(sent.header("Content-Length")).isNull();
        assertThat(sent.header("Transfer-Encoding")).isEqualTo("chunked");
        assertThat(sent.body()).isEqualTo(new EndlessBody(200_000).readAllBytes());
    }

    @ParameterizedTest
    @CsvSource({"'', 0|X-Sum: 7||", "ok, 2|ok|0|X-Sum: 7||"})
    void trailers_follow_the_body_also_an_empty_one(String body, String lines) throws IOException {
        String expected = lines.replace("|", "\r\n");
        var sent = new LinkedBlockingQueue<String>();
        try (var reading = TransportFixture.to(wire -> {
            for (int i = 0; i < 2; i++) {
                assertThat(HttpMessage.readAnswerHead(wire.in()).header("Transfer-Encoding"))
                        .isEqualTo("chunked");
                sent.add(new String(wire.in().readNBytes(expected.length()), StandardCharsets.US_ASCII));
                wire.send(FakeInstance.OK);
            }
            wire.awaitEnd();
        })) {
            var trailers = new HeaderFields().add("X-Sum", "7");
            byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
            reading.fetch(post(new Body.Buffered(bytes, trailers)));
            reading.fetch(post(new Body.Streamed(new ByteArrayInputStream(bytes), -1, 0, () -> trailers)));
            assertThat(sent).containsExactly(expected, expected);
        }
    }
}
