package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.HttpMessage;
import dev.stringsvc.gateway.transport.h2.Http2Frame;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.MetaData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The bytes that a client gets, whatever protocol the gateway uses towards instances.
class ClientWireTest {
    private static final String LATIN_1 = "D\u00fcsseldorf \u00ff\u0080";

    private static AttemptResult ok(String... namesAndValues) {
        var fields = new HeaderFields().add("Content-Length", "2");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.add(namesAndValues[i], namesAndValues[i + 1]);
        }
        return ScriptedGateway.answer(200, fields, out -> out.write("ok".getBytes(StandardCharsets.US_ASCII)));
    }

    private static AttemptResult hinting(UpstreamRequest request) throws IOException {
        request.caller().interim(100, new HeaderFields());
        request.caller()
                .interim(
                        103,
                        new HeaderFields()
                                .add("Link", "</a.css>; rel=preload")
                                .add("Connection", "X-Hop")
                                .add("X-Hop", "1")
                                .add("Keep-Alive", "5"));
        request.caller().interim(102, new HeaderFields());
        return ok();
    }

    @Test
    void interim_answers_come_before_the_answer() throws Exception {
        try (var gateway = new ScriptedGateway(ClientWireTest::hinting);
                var client = new RawClient(gateway.port())) {
            for (int i = 0; i < 2; i++) {
                client.send(head("GET / HTTP/1.1", "Host: gw"));
                HttpMessage hints = client.readHead();
                assertThat(hints.startLine()).startsWith("HTTP/1.1 103");
                assertThat(hints.head()).hasSize(2);
                assertThat(hints.header("Link")).isEqualTo("</a.css>; rel=preload");
                assertThat(client.readHead().startLine()).startsWith("HTTP/1.1 102");
                HttpMessage answer = client.read();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header("Link")).isNull();
                assertThat(answer.header("X-Request-Id")).isNotNull();
                assertThat(answer.text()).isEqualTo("ok");
            }
        }
    }

    @Test
    void interim_answers_come_over_http_2_too() throws Exception {
        try (var gateway = new ScriptedGateway(ClientWireTest::hinting);
                var client = new Http2Wire(gateway.port())) {
            int stream = client.get("/");
            MetaData.Response hints = response(client.next(stream));
            assertThat(hints.getStatus()).isEqualTo(103);
            assertThat(hints.getHttpFields().stream()
                            .map(field -> field.getName().toLowerCase(Locale.ROOT)))
                    .containsExactly("link");
            assertThat(response(client.next(stream)).getStatus()).isEqualTo(102);
            Http2Wire.Answer answer = client.read(stream);
            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.text()).isEqualTo("ok");
        }
    }

    private static MetaData.Response response(Http2Frame frame) {
        return (MetaData.Response) Objects.requireNonNull(frame.head());
    }

    @Test
    void client_of_http_1_0_gets_no_interim_answers() throws Exception {
        try (var gateway = new ScriptedGateway(ClientWireTest::hinting);
                var client = new RawClient(gateway.port())) {
            assertThat(client.send("GET / HTTP/1.0\r\n\r\n").read().status()).isEqualTo(200);
        }
    }

    @Test
    void header_values_pass_byte_for_byte() throws Exception {
        try (var gateway = new ScriptedGateway(request -> ok("X-Name", LATIN_1));
                var client = new RawClient(gateway.port())) {
            client.send("GET / HTTP/1.1\r\nHost: gw\r\nX-Name: " + LATIN_1 + "\r\n\r\n");
            assertThat(client.read().header("X-Name")).isEqualTo(LATIN_1);
            assertThat(gateway.request().headers().first("X-Name")).isEqualTo(LATIN_1);
        }
    }

    @Test
    void header_values_pass_byte_for_byte_over_http_2() throws Exception {
        try (var gateway = new ScriptedGateway(request -> ok("X-Name", LATIN_1));
                var client = new Http2Wire(gateway.port())) {
            int stream = client.get("/", "x-name", LATIN_1);
            MetaData.Response head = response(client.next(stream));
            assertThat(head.getHttpFields().get("X-Name")).isEqualTo(LATIN_1);
            assertThat(gateway.request().headers().first("X-Name")).isEqualTo(LATIN_1);
        }
    }

    @Test
    void trailers_of_a_request_go_on_with_what_announces_them() throws Exception {
        try (var gateway = new ScriptedGateway(request -> ok());
                var client = new RawClient(gateway.port())) {
            client.send(head(
                            "POST / HTTP/1.1",
                            "Host: gw",
                            "Transfer-Encoding: chunked",
                            "Trailer: X-Sum, Host, X-Forwarded-For")
                    + "1\r\na\r\n0\r\n"
                    + head(
                            "X-Sum: 7",
                            "Host: evil",
                            "X-Forwarded-For: 1",
                            "Content-Length: 5",
                            "Authorization: x",
                            "X-Request-Id: 2"));
            assertThat(client.read().status()).isEqualTo(200);
            UpstreamRequest request = gateway.request();
            assertThat(request.headers().all("Trailer")).containsExactly("X-Sum");
            assertThat(fields(((Body.Buffered) request.body()).trailers())).containsExactly("x-sum: 7");
        }
    }

    private static List<String> fields(HeaderFields fields) {
        List<String> all = new ArrayList<>();
        fields.forEach((name, value) -> all.add(name.toLowerCase(Locale.ROOT) + ": " + value));
        return all;
    }

    @Test
    void trailers_of_a_large_request_over_http_2_go_on() throws Exception {
        List<String> trailers = new CopyOnWriteArrayList<>();
        try (var gateway = new ScriptedGateway(request -> {
                    var streamed = (Body.Streamed) request.body();
                    byte[] chunk = new byte[100];
                    long position = 0;
                    for (int n; (n = streamed.read(position, chunk)) >= 0; ) {
                        position += n;
                    }
                    trailers.addAll(fields(streamed.trailers()));
                    return ok();
                });
                var client = new Http2Wire(gateway.port())) {
            int stream = client.beginPost("/", "trailer", "x-sum");
            client.data(stream, "0123456789", false);
            client.trailers(stream, "x-sum", "7", "cookie", "a=b");
            assertThat(client.read(stream).status()).isEqualTo(200);
            assertThat(gateway.request().headers().all("Trailer")).containsExactly("x-sum");
            assertThat(trailers).containsExactly("x-sum: 7");
        }
    }

    @Test
    void trailer_is_not_announced_where_none_can_follow() throws Exception {
        try (var gateway = new ScriptedGateway(request -> ok());
                var client = new RawClient(gateway.port())) {
            client.send(head("POST / HTTP/1.1", "Host: gw", "Content-Length: 2", "Trailer: X-Sum") + "ok");
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(gateway.request().headers().first("Trailer")).isNull();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "HEAD"})
    void get_with_a_body_goes_on(String method) throws Exception {
        try (var gateway = new ScriptedGateway(request -> ok());
                var client = new RawClient(gateway.port())) {
            client.send(head(method + " / HTTP/1.1", "Host: gw", "Content-Length: 2") + "{}");
            assertThat(client.readHead().status()).isEqualTo(200);
            assertThat(gateway.request().body()).isInstanceOf(Body.Buffered.class);
        }
    }

    /// Reads the body on another thread, and answers without waiting for it.
    private static AttemptResult early(UpstreamRequest request, int status) {
        var streamed = (Body.Streamed) request.body();
        Thread.startVirtualThread(() -> {
            byte[] chunk = new byte[16_384];
            long position = 0;
            try {
                for (int n; position < 100_000 && (n = streamed.read(position, chunk)) >= 0; ) {
                    position += n;
                }
            } catch (IOException | RuntimeException e) {
                // stopped
            }
        });
        return ScriptedGateway.answer(
                status,
                new HeaderFields().add("Content-Length", "7"),
                out -> out.write("refused".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void early_answer_reaches_a_client_that_goes_on_sending() throws Exception {
        int size = 8 << 20;
        try (var gateway = new ScriptedGateway(request -> early(request, 413))) {
            for (int i = 0; i < 20; i++) {
                try (var client = new RawClient(gateway.port())) {
                    client.send(head("POST / HTTP/1.1", "Host: gw", "Content-Length: " + size));
                    Thread upload = Thread.startVirtualThread(() -> {
                        try {
                            for (int sent = 0; sent < size; sent += 65_536) {
                                client.send(new byte[65_536]);
                            }
                        } catch (IOException e) {
                            // the answer is what counts
                        }
                    });
                    HttpMessage answer = client.read();
                    assertThat(answer.status()).isEqualTo(413);
                    assertThat(answer.header("Connection")).isEqualTo("close");
                    assertThat(answer.text()).isEqualTo("refused");
                    assertThat(client.ended()).isTrue();
                    upload.join();
                }
            }
        }
    }

    @Test
    void early_answer_comes_although_the_client_pauses_within_its_body() throws Exception {
        try (var gateway = new ScriptedGateway(request -> early(request, 413));
                var client = new RawClient(gateway.port())) {
            client.send(head("POST / HTTP/1.1", "Host: gw", "Content-Length: 1000000") + "hello world");
            assertThat(client.read().status()).isEqualTo(413);
            assertThat(client.ended()).isTrue();
        }
    }

    @Test
    void early_answer_over_http_2_ends_its_stream_without_an_error() throws Exception {
        try (var gateway = new ScriptedGateway(request -> early(request, 413));
                var client = new Http2Wire(gateway.port())) {
            for (int i = 0; i < 3; i++) {
                int stream = client.beginPost("/");
                client.data(stream, "hello world", false);
                Http2Wire.Answer answer = client.read(stream);
                assertThat(answer.status()).isEqualTo(413);
                assertThat(answer.text()).isEqualTo("refused");
                assertThat(answer.error()).isZero();
                Http2Frame reset = client.next(stream);
                assertThat(reset.type()).isEqualTo(Http2Frame.RST_STREAM);
                assertThat(reset.payload()).containsOnly(0);
                assertThat(gateway.exchange().status()).isEqualTo(413);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1", "HTTP/2"})
    void head_comes_before_the_first_byte_of_the_body(String protocol) throws Exception {
        var seen = new CountDownLatch(1);
        try (var gateway = new ScriptedGateway(request ->
                ScriptedGateway.answer(200, new HeaderFields().add("Content-Length", "2"), out -> {
                    out.flush();
                    try {
                        assertThat(seen.await(10, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    out.write("ok".getBytes(StandardCharsets.US_ASCII));
                }))) {
            if (protocol.equals("HTTP/2")) {
                try (var client = new Http2Wire(gateway.port())) {
                    int stream = client.get("/");
                    assertThat(client.next(stream).type()).isEqualTo(Http2Frame.HEADERS);
                    seen.countDown();
                    assertThat(client.read(stream).text()).isEqualTo("ok");
                }
            } else {
                try (var client = new RawClient(gateway.port())) {
                    client.send(head("GET / HTTP/1.1", "Host: gw"));
                    assertThat(client.readHead().status()).isEqualTo(200);
                    seen.countDown();
                    assertThat(client.in().readNBytes(2)).hasSize(2);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-A  | a\u0001b",
                "X A  | a",
                "X-A: | a",
                "'' | a",
                "X-\u00e9 | a",
                "X-A | 'a\u20acb'",
                "Content-Length | 3",
                "Content-Length | x",
                "Content-Length | -1"
            })
    void malformed_answer_is_502_in_both_protocols(String name, String value) throws Exception {
        try (var gateway = new ScriptedGateway(request -> ok(name, value));
                var one = new RawClient(gateway.port());
                var two = new Http2Wire(gateway.port())) {
            assertThat(one.send(head("GET / HTTP/1.1", "Host: gw")).read().status())
                    .isEqualTo(502);
            Exchange exchange = gateway.exchange();
            assertThat(exchange.status()).isEqualTo(502);
            Http2Wire.Answer answer = two.read(two.get("/"));
            assertThat(answer.status()).isEqualTo(502);
            assertThat(answer.error()).isZero();
            assertThat(gateway.exchange().status()).isEqualTo(502);
        }
    }

    @Test
    void head_that_the_client_s_http_2_does_not_take_is_502() throws Exception {
        try (var gateway = new ScriptedGateway(request -> ok("X-Long", "x".repeat(20_000)));
                var client = new Http2Wire(gateway.port())) {
            client.setting(6, 4_096); // SETTINGS_MAX_HEADER_LIST_SIZE
            Http2Wire.Answer answer = client.read(client.get("/"));
            assertThat(answer.status()).isEqualTo(502);
            assertThat(gateway.exchange().status()).isEqualTo(502);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 99, 103, 600, 999})
    void status_that_is_no_final_one_is_502(int status) throws Exception {
        try (var gateway =
                        new ScriptedGateway(request -> ScriptedGateway.answer(status, new HeaderFields(), out -> {}));
                var client = new RawClient(gateway.port())) {
            assertThat(client.send(head("GET / HTTP/1.1", "Host: gw")).read().status())
                    .isEqualTo(502);
        }
    }
}
