package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.h2.Http2Frame;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.eclipse.jetty.http.HttpField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTP/2 requests are refused and passed on by the same rules as HTTP/1.1 requests.
class Http2RequestTest {
    private static Http2Wire client(GatewayFixture gateway) throws Exception {
        return new Http2Wire(gateway.gateway().port());
    }

    private static void isProblem(Http2Wire.Answer answer, int status, String of) {
        assertThat(answer.status()).as(of).isEqualTo(status);
        assertThat(answer.fields().get("Content-Type")).as(of).isEqualTo("application/problem+json");
        assertThat(answer.fields().get("X-Request-Id")).as(of).isNotEmpty();
        assertThat(answer.text()).as(of).contains("\"status\":" + status);
    }

    private static void reachNobody(String options, List<String> paths) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with(options, instance)) {
            for (String path : paths) {
                try (var client = client(gateway)) {
                    Http2Wire.Answer answer = client.read(client.get(path));
                    assertThat(answer.status()).as(path).isIn(0, 400, 404);
                    if (answer.status() != 0) {
                        isProblem(answer, answer.status(), path);
                    }
                    assertThat(instance.connections()).as(path).isZero();
                }
            }
        }
    }

    @Test
    void path_that_leads_elsewhere_or_has_two_readings_reaches_nobody() throws Exception {
        reachNobody("route.strip-prefix=/svc", HostileClientTest.ELSEWHERE);
        reachNobody("route.path=/ also=/admin", PathTest.AMBIGUOUS);
    }

    private static final List<String> NO_HEADS = List.of(
            ":method=GET|:scheme=http|:authority=gw",
            ":method=GET|:scheme=http|:authority=gw|:path=",
            ":scheme=http|:authority=gw|:path=/svc",
            ":method=|:scheme=http|:authority=gw|:path=/svc",
            ":method=G T|:scheme=http|:authority=gw|:path=/svc",
            ":method=GET|:authority=gw|:path=/svc",
            ":method=GET|:scheme=http|:path=/svc",
            ":method=GET|:scheme=http|:authority=|:path=/svc",
            ":method=GET|:scheme=http|:path=/svc|host=evil.example/x",
            ":method=GET|:scheme=http|:path=/svc|host=a b",
            ":method=GET|:scheme=http|:path=/svc|host=me@evil.example",
            ":method=GET|:scheme=http|:path=/svc|host=gw#",
            ":method=GET|:scheme=http|:path=/svc|host=gw:99999",
            ":method=GET|:scheme=http|:path=/svc|host=gw|host=other",
            ":method=GET|:scheme=http|:authority=gw/x|:path=/svc",
            ":method=GET|:scheme=http|:authority=a b|:path=/svc",
            ":method=GET|:scheme=http|:authority=me@gw|:path=/svc",
            ":method=GET|:scheme=http|:authority=gw?x|:path=/svc",
            ":method=GET|:scheme=http|:authority=gw#x|:path=/svc",
            ":method=GET|:scheme=http|:authority=gw:99999|:path=/svc",
            ":method=GET|:scheme=http|:authority=gw\r\nX-Evil: 1|:path=/svc",
            ":method=GET|:scheme=http|:authority=gw|:path=/svc HTTP/1.1\r\nX-Evil: 1\r\n\r\n",
            ":method=GET|:scheme=http|:authority=gw|:path=/svc\tx",
            ":method=GET|:method=POST|:scheme=http|:authority=gw|:path=/svc",
            ":method=GET|:scheme=http|:authority=gw|:path=/svc|:path=/svc/other",
            ":method=GET|:scheme=http|:authority=gw|:authority=other|:path=/svc",
            ":method=GET|:scheme=http|:authority=gw|:path=/svc|:other=1",
            ":method=GET|:scheme=http|:authority=gw|:path=/svc|:status=200",
            ":method=GET|:scheme=http|:path=/svc|x-a=1|:authority=gw",
            ":method=GET|:scheme=http|:authority=gw|:path=/svc|X-Upper=1",
            ":method=GET|:scheme=http|:authority=gw|:path=/svc|x a=1",
            ":method=GET|:scheme=http|:authority=gw|:path=/svc|=1",
            ":method=CONNECT|:authority=127.0.0.1:80",
            ":method=CONNECT|:protocol=websocket|:scheme=http|:authority=gw|:path=/svc");

    @Test
    void head_that_is_none_reaches_nobody() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            for (String lines : NO_HEADS) {
                try (var client = client(gateway)) {
                    assertThat(client.read(client.open(true, fields(lines))).status())
                            .as(lines)
                            .isIn(0, 400, 404, 405, 501);
                }
            }
            assertThat(instance.connections()).isZero();
            assertThat(gateway.get("/svc").status()).as("another client's").isEqualTo(200);
        }
    }

    private static final int STREAM_CLOSED = 5;
    private static final int PROTOCOL_ERROR = 1;

    private static final String START = ":method=GET|:scheme=http|:authority=gw|:path=/svc|";

    /// Each of these ends only its own stream (RFC 9113, sections 8.1.1, 8.2 and 8.3).
    private static final List<String> MALFORMED = List.of(
            START + "connection=close",
            START + "connection=TE",
            START + "keep-alive=timeout=5",
            START + "proxy-connection=keep-alive",
            START + "transfer-encoding=chunked",
            START + "upgrade=websocket",
            START + "te=gzip",
            START + "host=other",
            START + "host=gw:81",
            START + "host=gw|host=other",
            START + "x-a= 1",
            START + "x-a=1 ",
            START + "x-a=\t1",
            START + "x-a=1\0",
            START + "x-a=1\r\nx-b: 2",
            START + "x-a=1\n2",
            START + "X-Upper=1",
            START + "x a=1",
            START + ":path=/svc/2",
            START + ":method=POST",
            START + ":authority=gw",
            START + ":other=1",
            START + ":status=200",
            START + "x-a=1|:scheme=http",
            "X-Upper=1|" + START,
            "x-a=1",
            ":method=GET|:scheme=http|:authority=gw",
            ":method=GET|:scheme=http|:authority=gw|:path=",
            ":method=GET|:authority=gw|:path=/svc",
            ":scheme=http|:authority=gw|:path=/svc",
            ":method=G T|:scheme=http|:authority=gw|:path=/svc",
            ":method=GET|:scheme=http|:path=/svc",
            ":method=GET|:scheme=http|:path=/svc|host=me@gw",
            ":method=CONNECT|:authority=gw:80|:path=/svc");

    private static String[] fields(String lines) {
        return Stream.of(lines.split("\\|", -1))
                .filter(line -> !line.isEmpty())
                .flatMap(line -> Stream.of(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1)))
                .toArray(String[]::new);
    }

    /// Reads the answer to a malformed request: at most a problem, then the stream error.
    private static void isReset(Http2Wire client, int stream, int error, String of) throws Exception {
        Http2Wire.Answer answer = client.read(stream);
        if (answer.status() != 0) {
            isProblem(answer, 400, of);
        }
        int code = answer.error() != 0
                ? answer.error()
                : ByteBuffer.wrap(client.next(stream).payload()).getInt();
        assertThat(code).as(of).isEqualTo(error);
    }

    @Test
    void path_is_read_as_it_is_in_http_1_1() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("route.path=/ route-defaults.paths=lenient also=/login", instance);
                var client = client(gateway)) {
            for (String path : List.of(
                    "/@scope%2fname",
                    "/api/v4/projects/group%2Fproject",
                    "/_next/[slug].js",
                    "/a|b",
                    "/{a}^\"b\"`",
                    "/login;jsessionid=A1")) {
                assertThat(client.read(client.get(path)).status()).as(path).isEqualTo(200);
                assertThat(instance.requests().getLast().startLine()).isEqualTo("GET " + path + " HTTP/1.1");
            }
            Http2Wire.Answer refused = client.read(client.get("/a%2f..%2flogin"));
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text()).contains("'..'");
        }
    }

    @Test
    void malformed_head_is_an_error_of_its_stream_alone() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                var client = client(gateway)) {
            for (String lines : MALFORMED) {
                isReset(client, client.open(true, fields(lines)), PROTOCOL_ERROR, lines);
                assertThat(client.read(client.get("/nowhere")).status())
                        .as("after " + lines)
                        .isEqualTo(404);
            }
            for (String lines : List.of(START + "connection=close", START + "X-Upper=1", "x-a=1")) {
                int stream = client.open(false, fields(lines));
                client.data(stream, "hello", true);
                isReset(client, stream, PROTOCOL_ERROR, lines);
            }
            assertThat(instance.connections()).isZero();
            Http2Wire.Answer answer = client.read(client.get("/svc", "host", "GW:443"));
            assertThat(answer.status())
                    .as("another, on the same connection: " + answer)
                    .isEqualTo(200);
            assertThat(gateway.logLines(2 * MALFORMED.size() + 4))
                    .filteredOn(line -> line.contains(" status=400 "))
                    .hasSize(MALFORMED.size() + 3);
        }
    }

    /// After these Jetty's decoder ends the whole connection.
    @Test
    void authority_or_length_that_is_none_ends_the_connection() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            for (String lines : List.of(
                    ":method=GET|:scheme=http|:authority=me@gw|:path=/svc",
                    ":method=GET|:scheme=http|:authority=gw:x|:path=/svc",
                    START + "content-length=3x")) {
                try (var client = client(gateway)) {
                    client.open(true, fields(lines));
                    assertThat(ByteBuffer.wrap(
                                            client.awaitFrame(Http2Frame.GOAWAY).payload())
                                    .getInt(4))
                            .as(lines)
                            .isEqualTo(PROTOCOL_ERROR);
                }
            }
            assertThat(instance.connections()).isZero();
        }
    }

    private static final List<String> MALFORMED_TRAILERS = List.of(
            "connection=close", "te=gzip", "X-Upper=1", ":path=/svc", ":status=200", "x-a=1 ", "x-a=1\r\nx-b: 2");

    @Test
    void malformed_trailers_are_an_error_of_their_stream_alone() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                var client = client(gateway)) {
            for (String trailers : MALFORMED_TRAILERS) {
                int stream = client.beginPost("/svc");
                client.data(stream, "hello", false);
                client.trailers(stream, fields(trailers));
                isReset(client, stream, PROTOCOL_ERROR, trailers);
            }
            int unended = client.beginPost("/svc");
            client.data(unended, "hello", false);
            client.frame(Http2Frame.HEADERS, 0x4, unended, new byte[] {0, 1, 'x', 1, '1'});
            isReset(client, unended, PROTOCOL_ERROR, "trailers that do not end the stream");
            gateway.awaitIdle();
            assertThat(instance.requests()).isEmpty();
            assertThat(client.read(client.get("/svc")).status()).isEqualTo(200);
        }
    }

    @Test
    void data_on_a_stream_that_is_over_is_an_error_of_that_stream_and_takes_no_window() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                var client = client(gateway)) {
            for (int i = 0; i < 100; i++) { // far more than the connection's window together
                int over = client.get("/svc");
                assertThat(client.read(over).status()).isEqualTo(200);
                client.data(over, "x".repeat(16_384), false);
                isReset(client, over, STREAM_CLOSED, "answered");
                client.data(over, "x".repeat(8_192), false); // the gateway has reset it, and ignores this
            }
            int stream = client.beginPost("/svc");
            client.data(stream, "hello", true);
            assertThat(client.read(stream).text()).isEqualTo("ok");
            assertThat(instance.requests().getLast().text()).isEqualTo("hello");
        }
    }

    @Test
    void data_behind_a_malformed_head_takes_no_window() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                var client = client(gateway)) {
            for (int i = 0; i < 50; i++) {
                int stream = client.open(false, fields(START + "connection=close"));
                client.data(stream, "x".repeat(16_384), false);
                client.data(stream, "x".repeat(16_384), true);
                isReset(client, stream, PROTOCOL_ERROR, "malformed");
            }
            int stream = client.beginPost("/svc");
            client.data(stream, "hello", true);
            assertThat(client.read(stream).text()).isEqualTo("ok");
        }
    }

    @Test
    void body_of_a_request_that_its_client_resets_takes_no_window() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                var client = client(gateway)) {
            for (int i = 0; i < 30; i++) { // more would be a flood of resets
                int stream = client.beginPost("/nowhere");
                for (int frame = 1; frame <= 4; frame++) {
                    client.data(stream, "x".repeat(16_384), frame == 4);
                }
                client.reset(stream);
            }
            int stream = client.beginPost("/svc");
            client.data(stream, "hello", true);
            assertThat(client.read(stream).text()).isEqualTo("ok");
        }
    }

    @Test
    void connect_is_not_allowed() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("also=/", instance);
                var client = client(gateway)) {
            for (String lines : List.of(
                    ":method=CONNECT|:authority=127.0.0.1:80",
                    ":method=CONNECT|:protocol=websocket|:scheme=http|:authority=gw|:path=/svc")) {
                for (boolean ended : new boolean[] {true, false}) {
                    Http2Wire.Answer answer = client.read(client.open(ended, fields(lines)));
                    isProblem(answer, 405, lines);
                    assertThat(answer.fields().get("Allow")).as(lines).isEmpty();
                }
            }
            assertThat(instance.connections()).isZero();
            assertThat(client.read(client.get("/svc")).status()).isEqualTo(200);
        }
    }

    @Test
    void length_that_is_not_the_body_s_reaches_nobody() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            for (String length : List.of("2", "4", "+3", "3, 3", "3x", "", "-1", "99999999999999999999")) {
                try (var client = client(gateway)) {
                    int stream = client.beginPost("/svc", "content-length", length);
                    client.data(stream, "abc", true);
                    assertThat(client.read(stream).status()).as(length).isIn(0, 400, 413);
                }
            }
            assertThat(instance.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/svc", "/nowhere"})
    void body_that_is_longer_than_it_was_to_be_costs_no_other_request_anything(String path) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                var client = client(gateway)) {
            for (int i = 0; i < 20; i++) {
                int wrong = client.beginPost(path, "content-length", "14");
                client.data(wrong, "hello", false);
                client.data(wrong, "hello again", true);
                client.read(wrong);
                int right = client.beginPost("/svc");
                client.data(right, "hel", false);
                client.data(right, "lo", true);
                Http2Wire.Answer answer = client.read(right);
                assertThat(answer.text()).as(answer.toString()).isEqualTo("ok");
            }
            assertThat(instance.requests())
                    .allSatisfy(request -> assertThat(request.text()).isEqualTo("hello"));
        }
    }

    @Test
    void what_is_too_large_is_refused_as_in_http_1() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("limits.request-body=4B", instance)) {
            try (var client = client(gateway)) {
                int known = client.beginPost("/svc", "content-length", "5");
                isProblem(client.read(known), 413, "a length");
                int unknown = client.beginPost("/svc");
                client.data(unknown, "hel", false);
                client.data(unknown, "lo", true);
                isProblem(client.read(unknown), 413, "no length");
                isProblem(client.read(client.get("/svc/" + "a".repeat(8_192))), 414, "a target");
                assertThat(client.read(client.get("/svc")).status()).isEqualTo(200);
            }
            try (var client = client(gateway)) {
                Http2Wire.Answer answer = client.read(client.get("/svc", "x-a", "a".repeat(33_000)));
                assertThat(answer.status()).isIn(0, 431);
            }
            try (var client = client(gateway)) {
                assertThat(client.read(client.get("/svc", "x-a", "a".repeat(30_000)))
                                .status())
                        .isEqualTo(200);
            }
            assertThat(instance.requests()).hasSize(2);
        }
    }

    @Test
    void trailers_of_an_answer_pass_where_they_are_asked_for() throws Exception {
        var instance = FakeInstance.answering(head("HTTP/1.1 200 OK", "Trailer: X-Sum", "Transfer-Encoding: chunked")
                + "2\r\nok\r\n0\r\nX-Sum: 7\r\n\r\n");
        try (var gateway = GatewayFixture.over(instance);
                var client = client(gateway)) {
            Http2Wire.Answer asked = client.read(client.get("/svc", "te", "trailers"));
            assertThat(asked.text()).isEqualTo("ok");
            assertThat(asked.trailers().get("X-Sum")).isEqualTo("7");
            Http2Wire.Answer other = client.read(client.get("/svc"));
            assertThat(other.text()).isEqualTo("ok");
            assertThat(other.trailers().size()).isZero();
        }
    }

    @Test
    void each_event_is_here_before_the_next_is_sent() throws Exception {
        var seen = new Semaphore(0);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            wire.send(head("HTTP/1.1 200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked"));
            for (int i = 1; i <= 3; i++) {
                wire.send("9\r\ndata: " + i + "\n\n\r\n");
                assertThat(seen.tryAcquire(8, TimeUnit.SECONDS)).isTrue();
            }
            wire.send("0\r\n\r\n");
        });
        try (var gateway = GatewayFixture.over(instance);
                var client = client(gateway)) {
            int stream = client.get("/svc", "accept", "text/event-stream");
            assertThat(client.next(stream).type()).isEqualTo(Http2Frame.HEADERS);
            for (int i = 1; i <= 3; i++) {
                assertThat(client.next(stream).text()).isEqualTo("data: " + i + "\n\n");
                seen.release();
            }
            assertThat(client.next(stream).endsStream()).isTrue();
        }
    }

    @Test
    void client_that_expects_to_be_told_to_go_on_is_told_so() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                var client = client(gateway)) {
            int stream = client.beginPost("/svc", "content-length", "5", "expect", "100-continue");
            Http2Frame first = client.next(stream);
            assertThat(first.head()).asString().contains("100");
            client.data(stream, "hello", true);
            assertThat(client.read(stream).text()).isEqualTo("ok");
            assertThat(instance.request().text()).isEqualTo("hello");
            assertThat(instance.request().header("Expect")).isNull();
        }
    }

    @Test
    void any_method_passes() throws Exception {
        var instance = FakeInstance.replying(request -> request.startLine().startsWith("HEAD")
                ? "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n"
                : FakeInstance.OK);
        try (var gateway = GatewayFixture.over(instance);
                var client = client(gateway)) {
            for (String method : List.of("HEAD", "OPTIONS", "DELETE", "PROPFIND", "M-SEARCH")) {
                Http2Wire.Answer answer = client.read(
                        client.open(true, ":method", method, ":scheme", "http", ":authority", "gw", ":path", "/svc"));
                assertThat(answer.status()).as(method).isEqualTo(200);
                assertThat(answer.fields().get("Content-Length")).isEqualTo(method.equals("HEAD") ? "7" : "2");
                assertThat(instance.requests().getLast().startLine()).isEqualTo(method + " /svc HTTP/1.1");
            }
        }
    }

    @Test
    void any_status_passes() throws Exception {
        var instance = FakeInstance.replying(request -> {
            String status = request.startLine().substring("GET /svc/".length(), "GET /svc/204".length());
            boolean bodiless = status.equals("204") || status.equals("304");
            return head("HTTP/1.1 " + status + " Such", bodiless ? "ETag: \"x\"" : "Content-Length: 2")
                    + (bodiless ? "" : "ok");
        });
        try (var gateway = GatewayFixture.with("route.attempts=1", instance);
                var client = client(gateway)) {
            for (int status : new int[] {204, 206, 304, 404, 503}) {
                Http2Wire.Answer answer = client.read(client.get("/svc/" + status));
                assertThat(answer.status()).isEqualTo(status);
                assertThat(answer.text()).isEqualTo(status == 204 || status == 304 ? "" : "ok");
                assertThat(answer.error()).isZero();
            }
        }
    }

    @Test
    void repeated_headers_keep_their_order_both_ways_and_compressed_bodies_stay_as_they_are() throws Exception {
        var instance = FakeInstance.answering(
                head("HTTP/1.1 200 OK", "X-A: 2", "X-A: 1", "Content-Encoding: gzip", "Content-Length: 3")
                        + "\u001f\u008b\u0008");
        try (var gateway = GatewayFixture.over(instance);
                var client = client(gateway)) {
            Http2Wire.Answer answer =
                    client.read(client.get("/svc", "x-b", "2", "x-c", "0", "x-b", "1", "accept-encoding", "gzip"));
            assertThat(answer.fields().getFields("X-A"))
                    .extracting(HttpField::getValue)
                    .containsExactly("2", "1");
            assertThat(answer.text()).isEqualTo("\u001f\u008b\u0008");
            assertThat(instance.request().headers("X-B")).containsExactly("2", "1");
            assertThat(instance.request().headers("Accept-Encoding")).containsExactly("gzip");
        }
    }
}
