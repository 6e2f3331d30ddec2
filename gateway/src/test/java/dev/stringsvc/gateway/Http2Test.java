package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import dev.stringsvc.gateway.transport.h2.Http2Frame;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.internal.http2.ErrorCode;
import okhttp3.internal.http2.StreamResetException;
import okio.BufferedSink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// HTTP/2 from clients on a clear-text port, and HTTP/1.1 to instances.
class Http2Test {
    /// A client that uses HTTP/2 with prior knowledge.
    private static OkHttpClient knowing() {
        return new OkHttpClient.Builder()
                .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                .retryOnConnectionFailure(false)
                .readTimeout(Duration.ofSeconds(10))
                .build();
    }

    private static Request.Builder request(GatewayFixture gateway) {
        return new Request.Builder().url("http://127.0.0.1:" + gateway.gateway().port() + "/svc/a?b=c");
    }

    private static Response get(OkHttpClient client, GatewayFixture gateway) throws IOException {
        return client.newCall(request(gateway).build()).execute();
    }

    private static void close(OkHttpClient client) {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdown();
    }

    @Test
    void request_and_answer_pass_between_both_versions() throws Exception {
        String head = head(
                "HTTP/1.1 200 OK",
                "Connection: keep-alive, X-Hop",
                "X-Hop: 1",
                "Keep-Alive: timeout=5",
                "X-A: 1",
                "X-A: 2",
                "Transfer-Encoding: chunked");
        var instance = FakeInstance.answering(head + "2\r\nok\r\n0\r\n\r\n");
        OkHttpClient client = knowing();
        try (var gateway = GatewayFixture.over(instance);
                Response answer = client.newCall(request(gateway)
                                .header("Cookie", "a=1")
                                .addHeader("Cookie", "b=2")
                                .header("X-B", "x")
                                .build())
                        .execute()) {
            assertThat(answer.protocol()).isEqualTo(Protocol.H2_PRIOR_KNOWLEDGE);
            assertThat(answer.code()).isEqualTo(200);
            assertThat(answer.body().string()).isEqualTo("ok");
            assertThat(answer.headers("X-A")).containsExactly("1", "2");
            assertThat(answer.header("X-Request-Id")).isNotEmpty();
            assertThat(answer.headers().names())
                    .doesNotContain("connection", "keep-alive", "transfer-encoding", "x-hop", "upgrade");
            HttpMessage request = instance.request();
            assertThat(request.startLine()).isEqualTo("GET /svc/a?b=c HTTP/1.1");
            assertThat(request.header("Cookie")).isEqualTo("a=1; b=2");
            assertThat(request.header("X-B")).isEqualTo("x");
            assertThat(request.header("X-Forwarded-Host")).startsWith("127.0.0.1:");
            assertThat(request.header("X-Forwarded-Proto")).isEqualTo("http");
            assertThat(request.header("Transfer-Encoding")).isNull();
            assertThat(gateway.logLine()).contains(" method=GET path=/svc/a ", " status=200 outcome=ok bytes=2 ");
        } finally {
            close(client);
        }
    }

    /// A body of `size` bytes whose length is not announced.
    private static RequestBody ofUnknownLength(int size) {
        return new RequestBody() {
            @Override
            public okhttp3.@Nullable MediaType contentType() {
                return null;
            }

            @Override
            public void writeTo(BufferedSink sink) throws IOException {
                sink.write(new byte[size]);
            }
        };
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1_000, 1_000_000})
    void body_of_unknown_length_passes(int size) throws Exception {
        var instance = FakeInstance.healthy();
        OkHttpClient client = knowing();
        try (var gateway = GatewayFixture.over(instance);
                Response answer = client.newCall(
                                request(gateway).post(ofUnknownLength(size)).build())
                        .execute()) {
            assertThat(answer.code()).isEqualTo(200);
            assertThat(instance.request().body()).hasSize(size);
        } finally {
            close(client);
        }
    }

    @Test
    void client_may_come_over_by_an_upgrade_and_not_with_a_body() throws Exception {
        var instance = FakeInstance.healthy();
        try (var http = java.net.http.HttpClient.newBuilder()
                        .version(java.net.http.HttpClient.Version.HTTP_2)
                        .build();
                var gateway = GatewayFixture.with("http2.cleartext=upgrade", instance)) {
            var post = gateway.request("/svc/1")
                    .POST(BodyPublishers.ofString("hello"))
                    .build();
            assertThat(http.send(post, BodyHandlers.ofString()).body()).isEqualTo("ok");
            for (int i = 0; i < 2; i++) {
                var answer = http.send(gateway.request("/svc/2").build(), BodyHandlers.ofString());
                assertThat(answer.version()).isEqualTo(java.net.http.HttpClient.Version.HTTP_2);
                assertThat(answer.body()).isEqualTo("ok");
            }
            assertThat(instance.requests()).hasSize(3).allSatisfy(request -> {
                assertThat(request.header("Upgrade")).isNull();
                assertThat(request.header("HTTP2-Settings")).isNull();
            });
        }
    }

    private static final String H2C = "Connection: Upgrade, HTTP2-Settings|Upgrade: h2c|HTTP2-Settings: AAMAAABk";

    private static int upgraded(GatewayFixture gateway, String lines) throws IOException {
        String[] head = ("GET /svc HTTP/1.1|Host: gw|" + lines).split("\\|", -1);
        try (RawClient client = gateway.client()) {
            return client.send(head(head)).read().status();
        }
    }

    @Test
    void upgrade_is_taken_only_where_it_is_wanted_and_asked_for_properly() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance)) {
            assertThat(upgraded(gateway, H2C)).isEqualTo(200);
            for (String upgrade : new String[] {"h2c", "IRC/6.9", "websocket", "TLS/1.0, h2c", ""}) {
                assertThat(upgraded(gateway, "Upgrade: " + upgrade)).as(upgrade).isEqualTo(200);
                assertThat(upgraded(gateway, "Connection: close|Upgrade: " + upgrade))
                        .as(upgrade)
                        .isEqualTo(200);
            }
            assertThat(instance.requests()).allSatisfy(request -> {
                assertThat(request.headers("Upgrade")).isEmpty();
                assertThat(request.headers("HTTP2-Settings")).isEmpty();
            });
        }
        try (var gateway = GatewayFixture.with("http2.cleartext=upgrade", FakeInstance.healthy())) {
            assertThat(upgraded(gateway, H2C)).isEqualTo(101);
            for (String lines : List.of(
                    H2C.replace(", HTTP2-Settings", ""),
                    H2C.replace("Upgrade, ", ""),
                    H2C.replace("h2c", "h2c, IRC/6.9"),
                    H2C.replace("AAMAAABk", "AAMAAAB"),
                    H2C.replace("AAMAAABk", "!"),
                    H2C + "|HTTP2-Settings: AAMAAABk",
                    "Connection: Upgrade, HTTP2-Settings|Upgrade: h2c")) {
                assertThat(upgraded(gateway, lines)).as(lines).isEqualTo(200);
            }
        }
    }

    @Test
    void port_that_is_to_speak_no_http_2_does_not() throws Exception {
        try (var gateway = GatewayFixture.with("http2.cleartext=off", FakeInstance.healthy())) {
            HttpMessage answer = gateway.exchange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
            assertThat(answer.status()).isEqualTo(505);
            assertThat(upgraded(gateway, H2C)).isEqualTo(200);
        }
    }

    @Test
    void answer_that_breaks_off_is_a_reset_stream_and_the_others_go_on() throws Exception {
        var instance = FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                if (request.header("X-Break") != null) {
                    wire.send(head("HTTP/1.1 200 OK", "Content-Length: 1000000"));
                    wire.send(new byte[500_000]);
                    return;
                }
                wire.send(FakeInstance.OK);
            }
        });
        OkHttpClient client = knowing();
        try (var gateway = GatewayFixture.over(instance)) {
            try (Response first = get(client, gateway)) {
                assertThat(first.code()).isEqualTo(200);
            }
            try (Response broken = client.newCall(
                            request(gateway).header("X-Break", "1").build())
                    .execute()) {
                assertThat(broken.code()).isEqualTo(200);
                assertThatThrownBy(() -> broken.body().bytes())
                        .isInstanceOfSatisfying(
                                StreamResetException.class,
                                e -> assertThat(e.errorCode).isEqualTo(ErrorCode.INTERNAL_ERROR));
            }
            try (Response after = get(client, gateway)) {
                assertThat(after.code()).isEqualTo(200);
            }
            assertThat(gateway.logLines(3)).anySatisfy(line -> assertThat(line).contains(" err="));
        } finally {
            close(client);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void client_that_gives_up_takes_its_request_along(boolean withinTheAnswer) throws Exception {
        var taken = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            if (withinTheAnswer) {
                wire.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked") + "1\r\nx\r\n");
            }
            taken.countDown();
            wire.awaitEnd();
            ended.countDown();
        });
        OkHttpClient client = knowing();
        try (var gateway = GatewayFixture.over(instance)) {
            Call call = client.newCall(request(gateway).build());
            Thread.ofVirtual().start(() -> {
                try (Response answer = call.execute();
                        InputStream body = answer.body().byteStream()) {
                    while (body.read() >= 0) {}
                } catch (IOException e) {
                    // it was cancelled
                }
            });
            assertThat(taken.await(8, TimeUnit.SECONDS)).isTrue();
            call.cancel();
            assertThat(ended.await(3, TimeUnit.SECONDS)).isTrue();
            assertThat(gateway.logLine()).contains(" status=499 ", " attempts=1 ");
        } finally {
            close(client);
        }
    }

    @Test
    void client_that_loses_its_connection_takes_its_request_along() throws Exception {
        var taken = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            taken.countDown();
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.over(instance)) {
            try (var client = new Http2Wire(gateway.gateway().port())) {
                client.get("/svc");
                assertThat(taken.await(8, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(gateway.logLine()).contains(" status=499 ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"limits.client-rate=1GiB limits.client-grace=300ms", "timeouts.client=300ms"})
    void client_that_does_not_take_its_answer_is_cut(String options) throws Exception {
        var instance = FakeInstance.endless();
        try (var gateway = GatewayFixture.with(options, instance);
                var client = new Http2Wire(gateway.gateway().port())) {
            client.get("/svc"); // and never a WINDOW_UPDATE
            assertThat(gateway.logLine()).contains(" status=200 ", "too slowly");
            gateway.awaitIdle();
            gateway.awaitNoConnections();
        }
    }

    @Test
    void body_that_is_waited_for_longest_gives_way_when_too_many_are() throws Exception {
        try (var gateway = GatewayFixture.with("limits.in-flight=1", FakeInstance.healthy());
                var client = new Http2Wire(gateway.gateway().port())) {
            client.beginPost("/svc");
            client.beginPost("/svc");
            client.awaitFrame(Http2Frame.RST_STREAM);
            assertThat(gateway.logLine()).contains("route=r");
        }
    }

    @Test
    void quiet_client_that_waits_is_not_cut() throws Exception {
        var instance = FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                assertThat(new CountDownLatch(1).await(700, TimeUnit.MILLISECONDS))
                        .isFalse();
                wire.send(head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"));
                for (int i = 0; i < 5; i++) {
                    wire.send("1\r\nx\r\n");
                    assertThat(new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS))
                            .isFalse();
                }
                wire.send("0\r\n\r\n");
            }
        });
        OkHttpClient client = knowing();
        try (var gateway = GatewayFixture.with("timeouts.client=200ms timeouts.head=200ms", instance);
                Response answer = get(client, gateway)) {
            assertThat(answer.body().string()).isEqualTo("xxxxx");
        } finally {
            close(client);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void stop_is_announced_and_what_is_in_flight_is_answered(boolean grace) throws Exception {
        var asked = new CountDownLatch(1);
        var answer = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                asked.countDown();
                answer.await();
                wire.send(FakeInstance.OK);
            }
        });
        try (var gateway = GatewayFixture.over(instance);
                var client = new Http2Wire(gateway.gateway().port())) {
            client.get("/svc");
            asked.await();
            Thread stopping = Thread.ofVirtual().start(() -> {
                if (!grace) {
                    gateway.closeGateway();
                }
            });
            if (grace) {
                gateway.gateway().drain();
                answer.countDown();
                client.awaitFrame(Http2Frame.GOAWAY);
            } else {
                client.awaitFrame(Http2Frame.GOAWAY);
                answer.countDown();
            }
            client.awaitFrame(Http2Frame.DATA);
            assertThat(stopping.join(Duration.ofSeconds(8))).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b"})
    void value_that_would_end_a_line_of_http_1_reaches_nobody(String value) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                var client = new Http2Wire(gateway.gateway().port())) {
            client.get("/svc", "x-a", value);
            client.get("/svc");
            client.awaitFrame(Http2Frame.DATA);
            assertThat(instance.requests()).allSatisfy(request -> {
                assertThat(request.header("X-Evil")).isNull();
                assertThat(request.header("X-Forwarded-Proto")).isEqualTo("http");
                assertThat(request.head()).noneMatch(line -> line.equals("b"));
            });
        }
    }

    @Test
    void flood_of_resets_ends_the_connection_and_nothing_else() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(instance);
                var client = new Http2Wire(gateway.gateway().port())) {
            assertThatThrownBy(() -> {
                        for (int i = 0; i < 2_000; i++) {
                            client.reset(client.get("/nowhere"));
                        }
                        client.awaitFrame(-1);
                    })
                    .isInstanceOf(IOException.class);
            assertThat(gateway.get("/svc").status()).isEqualTo(200);
        }
    }
}
