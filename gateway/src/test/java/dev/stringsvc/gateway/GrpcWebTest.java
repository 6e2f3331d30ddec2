package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.GrpcServer.Method;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.h2.Http2Frame;
import dev.stringsvc.gateway.transport.h2.Http2Peer;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Calls of gRPC-Web clients, in binary and in text, over HTTP/1.1 and HTTP/2. A row of the table in
/// docs/grpc.md has a test of its own here.
class GrpcWebTest {
    private static final Metadata.Key<String> END = Metadata.Key.of("x-end", Metadata.ASCII_STRING_MARSHALLER);

    private static Method echo() {
        return new Method(GrpcServer.UNARY, ServerCalls.asyncUnaryCall((message, answer) -> {
            answer.onNext(message);
            answer.onCompleted();
        }));
    }

    private static Method failing(Status status, AtomicInteger calls) {
        return new Method(GrpcServer.UNARY, ServerCalls.asyncUnaryCall((message, answer) -> {
            calls.incrementAndGet();
            answer.onError(status.asRuntimeException());
        }));
    }

    private static void takes(Semaphore next) {
        try {
            assertThat(next.tryAcquire(10, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @FunctionalInterface
    private interface Script {
        void serve(Http2Peer peer) throws IOException, InterruptedException;
    }

    private static FakeInstance peer(Script script) throws IOException {
        return FakeInstance.of(wire -> script.serve(new Http2Peer(wire)));
    }

    /// Begins an answer with one message.
    private static void beginAnswer(Http2Peer peer) throws IOException {
        peer.await(Http2Frame.HEADERS);
        peer.head(1, "200", false, "content-type", "application/grpc");
        peer.data(1, GrpcWebClient.frame("one"), false);
    }

    private static GatewayFixture over(FakeInstance instance) throws Exception {
        return GatewayFixture.with("service.protocol=h2c", instance);
    }

    private static void assertStatusAlone(
            GrpcWebClient client, GrpcWebClient.Answer answer, Status.Code status, String sentence) throws IOException {
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo(client.type());
        assertThat(answer.header("grpc-status")).isEqualTo(Integer.toString(status.value()));
        assertThat(answer.header("grpc-message")).isEqualTo(sentence);
        assertThat(answer.body()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void unary_call_passes_and_is_logged_and_counted(GrpcWebClient client) throws Exception {
        try (var server = GrpcServer.serving(echo());
                var gateway = GrpcFixture.over("", server)) {
            try (var answer = client.call(gateway.gateway(), "/test.Echo/Unary", "hellö")) {
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.header("content-type")).isEqualTo(client.type());
                assertThat(answer.message()).isEqualTo("hellö");
                assertThat(answer.trailers()).contains("grpc-status: 0");
                assertThat(gateway.gateway().logLine())
                        .contains(" status=200 ", " grpc_method=test.Echo/Unary grpc_status=OK");
                await().untilAsserted(() -> assertThat(
                                gateway.gateway().admin("/metrics").body())
                        .contains("gateway_grpc_call_duration_seconds_count{"
                                + "grpc_method=\"test.Echo/Unary\",grpc_status=\"OK\",route=\"r\"} 1"));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void large_messages_pass_both_ways(GrpcWebClient client) throws Exception {
        String large = "0123456789".repeat(100_001);
        try (var server = GrpcServer.serving(echo());
                var gateway = GrpcFixture.over("", server);
                var answer = client.call(gateway.gateway(), "/test.Echo/Unary", large)) {
            assertThat(answer.message()).isEqualTo(large);
            assertThat(answer.trailers()).contains("grpc-status: 0");
        }
    }

    @ParameterizedTest
    @EnumSource
    void messages_of_a_stream_pass_one_by_one(GrpcWebClient client) throws Exception {
        var next = new Semaphore(0);
        var stream = new Method(GrpcServer.SERVER_STREAM, ServerCalls.asyncServerStreamingCall((message, answer) -> {
            for (String text : new String[] {"a", "bb", "ccc"}) {
                answer.onNext(text);
                takes(next); // until the client has it
            }
            answer.onCompleted();
        }));
        try (var server = GrpcServer.serving(stream);
                var gateway = GrpcFixture.over("", server);
                var answer = client.call(gateway.gateway(), "/test.Echo/ServerStream", "")) {
            for (String text : new String[] {"a", "bb", "ccc"}) {
                assertThat(answer.message()).isEqualTo(text);
                next.release();
            }
            assertThat(answer.trailers()).contains("grpc-status: 0");
        }
    }

    @ParameterizedTest
    @EnumSource
    void status_after_a_message_comes_in_the_last_frame(GrpcWebClient client) throws Exception {
        var trailers = new Metadata();
        trailers.put(END, "of the call");
        var stream = new Method(GrpcServer.SERVER_STREAM, ServerCalls.asyncServerStreamingCall((message, answer) -> {
            answer.onNext("some");
            answer.onError(Status.NOT_FOUND.withDescription("gone").asRuntimeException(trailers));
        }));
        try (var server = GrpcServer.serving(stream);
                var gateway = GrpcFixture.over("", server)) {
            try (var answer = client.call(gateway.gateway(), "/test.Echo/ServerStream", "")) {
                assertThat(answer.header("grpc-status")).isEmpty();
                assertThat(answer.message()).isEqualTo("some");
                assertThat(answer.trailers())
                        .containsExactlyInAnyOrder("grpc-status: 5", "grpc-message: gone", "x-end: of the call");
                assertThat(gateway.gateway().logLine()).contains(" status=200 ", "grpc_status=NOT_FOUND");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void status_alone_stays_in_the_head(GrpcWebClient client) throws Exception {
        try (var server = GrpcServer.serving(failing(Status.NOT_FOUND.withDescription("gone"), new AtomicInteger()));
                var gateway = GrpcFixture.over("", server)) {
            try (var answer = client.call(gateway.gateway(), "/test.Echo/Unary", "")) {
                assertStatusAlone(client, answer, Status.Code.NOT_FOUND, "gone");
                assertThat(gateway.gateway().logLine()).contains("grpc_status=NOT_FOUND");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void instance_gets_a_grpc_call(GrpcWebClient client) throws Exception {
        var head = new CompletableFuture<HttpFields>();
        var body = new CompletableFuture<String>();
        FakeInstance instance = peer(peer -> {
            head.complete(Objects.requireNonNull(peer.await(Http2Frame.HEADERS).head())
                    .getHttpFields());
            body.complete(peer.body());
            peer.head(1, "200", true, "content-type", "application/grpc", "grpc-status", "0");
            peer.awaitEnd();
        });
        byte[] frame = GrpcWebClient.frame("message");
        byte[] sent = client.isText()
                ? GrpcWebClient.inParts(Arrays.copyOf(frame, 5), Arrays.copyOfRange(frame, 5, frame.length))
                : frame;
        String[] headers = {
            "X-Grpc-Web", "1", "X-User-Agent", "web/1", "Accept", client.type(), "Grpc-Timeout", "20S", "X-Other", "o"
        };
        try (var gateway = over(instance);
                var answer = client.send(gateway, "/svc/S/M", sent, headers)) {
            assertStatusAlone(client, answer, Status.Code.OK, "");
            HttpFields fields = head.join();
            assertThat(fields.get("content-type"))
                    .isEqualTo(client.type().replace("-web", "").replace("-text", ""));
            assertThat(fields.get("te")).isEqualTo("trailers");
            assertThat(fields.get("accept")).isNull();
            assertThat(fields.get("x-grpc-web")).isEqualTo("1");
            assertThat(fields.get("x-user-agent")).isEqualTo("web/1");
            assertThat(fields.get("x-other")).isEqualTo("o");
            assertThat(fields.get("grpc-timeout")).isNotNull();
            assertThat(fields.get("content-length")).isEqualTo(client.isText() ? null : "" + frame.length);
            assertThat(body.join()).isEqualTo(new String(frame, StandardCharsets.ISO_8859_1));
        }
    }

    @Test
    void answer_is_text_where_a_binary_request_accepts_that() throws Exception {
        try (var server = GrpcServer.serving(echo());
                var gateway = GrpcFixture.over("", server);
                var answer = GrpcWebClient.BINARY_HTTP1.call(
                        gateway.gateway(), "/test.Echo/Unary", "m", "Accept", "application/grpc-web-text")) {
            assertThat(answer.header("content-type")).isEqualTo("application/grpc-web-text+proto");
            assertThat(answer.message()).isEqualTo("m");
            assertThat(answer.trailers()).contains("grpc-status: 0");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "TEXT_HTTP1, AAA*AAAA", "TEXT_HTTP2, AAA*AAAA",
        "TEXT_HTTP1, AAAAAAA", "TEXT_HTTP2, AAAAAAA",
        "TEXT_HTTP1, AA=A", "TEXT_HTTP2, 'AAAA AAA'"
    })
    void text_that_is_not_base64_is_refused(GrpcWebClient client, String text) throws Exception {
        FakeInstance instance = peer(Http2Peer::awaitEnd);
        try (var gateway = over(instance)) {
            try (var answer = client.send(gateway, "/svc/S/M", text.getBytes(StandardCharsets.ISO_8859_1))) {
                assertStatusAlone(client, answer, Status.Code.INTERNAL, "The body is not valid base64.");
                assertThat(gateway.logLine()).contains("grpc_status=INTERNAL");
            }
        }
    }

    @Test
    void text_that_is_not_base64_after_an_answer_has_begun_cuts_it() throws Exception {
        FakeInstance instance = peer(peer -> {
            beginAnswer(peer);
            peer.awaitEnd();
        });
        String head = RawClient.head(
                "POST /svc/S/M HTTP/1.1", "Host: gw", "Content-Type: application/grpc-web-text", "Content-Length: 12");
        try (var gateway = over(instance);
                var raw = gateway.client().send(head + "AAAAAAA=")) {
            assertThat(raw.readHead().status()).isEqualTo(200);
            raw.readPast(Base64.getEncoder().encodeToString(GrpcWebClient.frame("one")));
            raw.send("****");
            assertThat(raw.in().readAllBytes()).asString().doesNotContain("\r\n0\r\n");
            assertThat(gateway.logLine()).contains(" status=499 ", "grpc_status=CANCELLED");
        }
    }

    @ParameterizedTest
    @EnumSource
    void instance_that_is_killed_between_messages_is_unavailable(GrpcWebClient client) throws Exception {
        var kill = new CompletableFuture<Void>();
        FakeInstance instance = peer(peer -> {
            beginAnswer(peer);
            kill.join();
        });
        try (var gateway = over(instance)) {
            try (var answer = client.call(gateway, "/svc/S/M", "")) {
                assertThat(answer.message()).isEqualTo("one");
                kill.complete(null);
                assertThat(answer.trailers())
                        .containsExactly("grpc-status: 14", "grpc-message: The service broke off within its answer.");
                assertThat(gateway.logLine()).contains("grpc_status=UNAVAILABLE");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void instance_that_is_killed_within_a_message_cuts_the_answer(GrpcWebClient client) throws Exception {
        var kill = new CompletableFuture<Void>();
        FakeInstance instance = peer(peer -> {
            beginAnswer(peer);
            peer.data(1, Arrays.copyOf(GrpcWebClient.frame("two"), 6), false);
            kill.join();
        });
        try (var gateway = over(instance);
                var answer = client.call(gateway, "/svc/S/M", "")) {
            assertThat(answer.message()).isEqualTo("one");
            kill.complete(null);
            assertThatThrownBy(answer::trailers).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "BINARY_HTTP1, 8, 1",
        "TEXT_HTTP1, 2, 13",
        "BINARY_HTTP2, 11, 8",
        "TEXT_HTTP2, 7, 14",
    })
    void reset_within_an_answer_ends_it_with_a_status(GrpcWebClient client, int code, String status) throws Exception {
        var reset = new CompletableFuture<Void>();
        FakeInstance instance = peer(peer -> {
            beginAnswer(peer);
            reset.join();
            peer.reset(1, code);
            peer.awaitEnd();
        });
        try (var gateway = over(instance);
                var answer = client.call(gateway, "/svc/S/M", "")) {
            assertThat(answer.message()).isEqualTo("one");
            reset.complete(null);
            assertThat(answer.trailers())
                    .containsExactly("grpc-status: " + status, "grpc-message: The service reset the call's stream.");
        }
    }

    @ParameterizedTest
    @EnumSource
    void reset_before_an_answer_is_a_status(GrpcWebClient client) throws Exception {
        FakeInstance instance = peer(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.reset(1, 8);
            peer.awaitEnd();
        });
        try (var gateway = over(instance)) {
            try (var answer = client.call(gateway, "/svc/S/M", "")) {
                assertStatusAlone(client, answer, Status.Code.CANCELLED, "The service reset the call's stream.");
                assertThat(gateway.logLine()).contains(" status=200 ", "grpc_status=CANCELLED");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void answer_without_a_status_is_unknown(GrpcWebClient client) throws Exception {
        FakeInstance instance = peer(peer -> {
            beginAnswer(peer);
            peer.data(1, "", true);
            peer.awaitEnd();
        });
        try (var gateway = over(instance);
                var answer = client.call(gateway, "/svc/S/M", "")) {
            assertThat(answer.message()).isEqualTo("one");
            assertThat(answer.trailers())
                    .containsExactly("grpc-status: 2", "grpc-message: The service sent no status.");
        }
    }

    @ParameterizedTest
    @EnumSource
    void no_route_is_unimplemented(GrpcWebClient client) throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy());
                var answer = client.call(gateway, "/other.Service/Method", "")) {
            assertStatusAlone(client, answer, Status.Code.UNIMPLEMENTED, "No route takes /other.Service/Method.");
        }
    }

    @ParameterizedTest
    @EnumSource
    void instance_that_cannot_be_reached_is_unavailable(GrpcWebClient client) throws Exception {
        try (var gateway = over(FakeInstance.refusing());
                var answer = client.call(gateway, "/svc/S/M", "")) {
            assertStatusAlone(
                    client, answer, Status.Code.UNAVAILABLE, "The service could not be reached, or broke off.");
        }
    }

    @ParameterizedTest
    @EnumSource
    void timeout_of_the_client_is_exceeded(GrpcWebClient client) throws Exception {
        try (var gateway = over(peer(Http2Peer::awaitEnd));
                var answer = client.call(gateway, "/svc/S/M", "", "grpc-timeout", "200m")) {
            assertStatusAlone(client, answer, Status.Code.DEADLINE_EXCEEDED, "The service did not answer in time.");
        }
    }

    @ParameterizedTest
    @EnumSource
    void message_may_be_as_long_as_the_route_allows_and_no_longer(GrpcWebClient client) throws Exception {
        FakeInstance instance = peer(peer -> {
            for (int stream = 1; stream < 5; stream += 2) {
                peer.await(Http2Frame.HEADERS);
                peer.body();
                peer.head(stream, "200", true, "content-type", "application/grpc", "grpc-status", "0");
            }
        });
        try (var gateway = GatewayFixture.with("service.protocol=h2c route.request-body=9B", instance)) {
            try (var answer = client.call(gateway, "/svc/S/M", "four")) {
                assertStatusAlone(client, answer, Status.Code.OK, "");
            }
            try (var answer = client.call(gateway, "/svc/S/M", "five.")) {
                assertStatusAlone(client, answer, Status.Code.RESOURCE_EXHAUSTED, "The body is longer than 9 bytes.");
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void unavailable_alone_is_tried_elsewhere(GrpcWebClient client) throws Exception {
        var calls = new AtomicInteger();
        try (var bad = GrpcServer.serving(failing(Status.UNAVAILABLE, calls));
                var good = GrpcServer.serving(echo());
                var gateway = GrpcFixture.over("idempotent: true", bad, good)) {
            await().until(() -> {
                try (var answer = client.call(gateway.gateway(), "/test.Echo/Unary", "again")) {
                    assertThat(answer.message()).isEqualTo("again");
                    assertThat(answer.trailers()).contains("grpc-status: 0");
                }
                return calls.get() > 0;
            });
        }
    }

    @ParameterizedTest
    @EnumSource
    void client_that_leaves_ends_the_call(GrpcWebClient client) throws Exception {
        var ended = new CompletableFuture<Void>();
        FakeInstance instance = peer(peer -> {
            beginAnswer(peer);
            peer.await(Http2Frame.RST_STREAM);
            ended.complete(null);
            peer.awaitEnd();
        });
        try (var gateway = over(instance)) {
            try (var answer = client.call(gateway, "/svc/S/M", "")) {
                assertThat(answer.message()).isEqualTo("one");
            }
            ended.get(10, TimeUnit.SECONDS);
            assertThat(gateway.logLine()).contains(" status=499 ", "grpc_status=CANCELLED");
        }
    }

    @ParameterizedTest
    @EnumSource
    void request_to_a_service_over_http1_passes_as_it_is(GrpcWebClient client) throws Exception {
        FakeInstance instance = FakeInstance.answering(
                "HTTP/1.1 200 OK\r\nContent-Type: application/grpc-web+other\r\n" + "Content-Length: 5\r\n\r\n12345");
        byte[] sent = "*not base64*".getBytes(StandardCharsets.US_ASCII);
        try (var gateway = GatewayFixture.over(instance)) {
            try (var answer = client.send(gateway, "/svc/S/M", sent)) {
                assertThat(answer.header("content-type")).isEqualTo("application/grpc-web+other");
                assertThat(answer.body()).isEqualTo("12345");
            }
            assertThat(instance.request().header("content-type")).isEqualTo(client.type());
            assertThat(instance.request().body()).isEqualTo(sent);
            assertThat(gateway.logLine()).doesNotContain("grpc_");
        }
    }

    @ParameterizedTest
    @EnumSource
    void answer_that_is_not_grpc_passes_as_it_is(GrpcWebClient client) throws Exception {
        FakeInstance instance = peer(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, "403", false, "content-type", "text/plain");
            peer.data(1, "no entry", true);
            peer.awaitEnd();
        });
        try (var gateway = over(instance);
                var answer = client.call(gateway, "/svc/S/M", "")) {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.header("content-type")).isEqualTo("text/plain");
            assertThat(answer.body()).isEqualTo("no entry");
        }
    }
}
