package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.http.GrpcStatus;
import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.h2.Http2Frame;
import dev.stringsvc.gateway.transport.h2.Http2Peer;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.internal.http2.ErrorCode;
import okhttp3.internal.http2.StreamResetException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// gRPC calls of a client that shows what is on the wire. A row of the table in docs/grpc.md has a test
/// of its own here.
class GrpcWireTest {
    private static final MediaType GRPC = MediaType.get("application/grpc");
    /// An empty message: not compressed, length 0.
    private static final byte[] EMPTY = new byte[5];
    private static final int CANCEL = 8;

    private final OkHttpClient client = new OkHttpClient.Builder()
            .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
            .retryOnConnectionFailure(false)
            .readTimeout(Duration.ofSeconds(20))
            .build();

    @AfterEach
    void close() {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdown();
    }

    private Response call(GatewayFixture gateway, String path, String... headers) throws IOException {
        return client.newCall(request(gateway, path, headers).build()).execute();
    }

    private static Request.Builder request(GatewayFixture gateway, String path, String... headers) {
        return new Request.Builder()
                .url("http://127.0.0.1:" + gateway.gateway().port() + path)
                .headers(Headers.of(headers))
                .post(RequestBody.create(EMPTY, GRPC));
    }

    private static FakeInstance peer(Script script) throws IOException {
        return FakeInstance.of(wire -> script.serve(new Http2Peer(wire)));
    }

    @FunctionalInterface
    private interface Script {
        void serve(Http2Peer peer) throws IOException, InterruptedException;
    }

    /// The answer is a status alone, with one sentence.
    private static void assertStatusAlone(Response answer, GrpcStatus status, String sentence) throws IOException {
        assertThat(answer.code()).isEqualTo(200);
        assertThat(answer.header("content-type")).isEqualTo("application/grpc");
        assertThat(answer.header("grpc-status")).isEqualTo(Integer.toString(status.code()));
        assertThat(URLDecoder.decode(
                        String.valueOf(answer.header("grpc-message")).replace("+", "%2B"), StandardCharsets.UTF_8))
                .isEqualTo(sentence);
        assertThat(answer.body().bytes()).isEmpty();
        assertThat(answer.trailers().size()).isZero();
    }

    @Test
    void no_route_is_unimplemented() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy());
                Response answer = call(gateway, "/other.Service/Method")) {
            assertStatusAlone(answer, GrpcStatus.UNIMPLEMENTED, "No route takes /other.Service/Method.");
        }
    }

    @Test
    void method_that_the_route_does_not_accept_is_unimplemented() throws Exception {
        try (var gateway = GatewayFixture.with("route.methods=GET", FakeInstance.healthy());
                Response answer = call(gateway, "/svc/S/M")) {
            assertStatusAlone(answer, GrpcStatus.UNIMPLEMENTED, "This path accepts GET, not POST.");
        }
    }

    @Test
    void instance_that_cannot_be_reached_is_unavailable() throws Exception {
        try (var gateway = GatewayFixture.with("service.protocol=h2c", FakeInstance.refusing());
                Response answer = call(gateway, "/svc/S/M")) {
            assertStatusAlone(answer, GrpcStatus.UNAVAILABLE, "The service could not be reached, or broke off.");
        }
    }

    @Test
    void overload_is_unavailable() throws Exception {
        var arrived = new CompletableFuture<Void>();
        FakeInstance instance = peer(peer -> {
            peer.await(Http2Frame.HEADERS);
            arrived.complete(null);
            peer.awaitEnd();
        });
        try (var gateway = GatewayFixture.with("service.protocol=h2c limits.in-flight=1", instance)) {
            var first = client.newCall(request(gateway, "/svc/S/M").build());
            first.enqueue(new Ignoring());
            arrived.join();
            try (Response answer = call(gateway, "/svc/S/M")) {
                assertStatusAlone(answer, GrpcStatus.UNAVAILABLE, "The gateway is at its limit of requests in flight.");
            }
            first.cancel();
        }
    }

    @Test
    void deadline_of_the_route_is_exceeded() throws Exception {
        FakeInstance instance = peer(Http2Peer::awaitEnd);
        try (var gateway = GatewayFixture.with(
                        "service.protocol=h2c route.deadline=200ms route.attempt-timeout=100ms", instance);
                Response answer = call(gateway, "/svc/S/M")) {
            assertStatusAlone(answer, GrpcStatus.DEADLINE_EXCEEDED, "The service did not answer in time.");
        }
    }

    @Test
    void timeout_of_the_client_is_exceeded_before_the_deadline_of_the_route() throws Exception {
        FakeInstance instance = peer(Http2Peer::awaitEnd);
        try (var gateway = GatewayFixture.with("service.protocol=h2c", instance);
                Response answer = call(gateway, "/svc/S/M", "grpc-timeout", "200m")) {
            assertStatusAlone(answer, GrpcStatus.DEADLINE_EXCEEDED, "The service did not answer in time.");
        }
    }

    @Test
    void body_that_is_too_large_exhausts_a_resource() throws Exception {
        try (var gateway = GatewayFixture.with("service.protocol=h2c route.request-body=4B", FakeInstance.healthy());
                Response answer = call(gateway, "/svc/S/M")) {
            assertStatusAlone(answer, GrpcStatus.RESOURCE_EXHAUSTED, "The body is longer than 4 bytes.");
        }
    }

    @Test
    void target_that_is_too_long_exhausts_a_resource() throws Exception {
        try (var gateway = GatewayFixture.with("limits.target=64B", FakeInstance.healthy());
                Response answer = call(gateway, "/svc/" + "a".repeat(100))) {
            assertStatusAlone(answer, GrpcStatus.RESOURCE_EXHAUSTED, "The request target is longer than 64 bytes.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "S", "1s", "123456789S", "-1S", "1.5S", "1 S"})
    void malformed_timeout_is_internal(String timeout) throws Exception {
        try (var gateway = GatewayFixture.with("service.protocol=h2c", FakeInstance.healthy());
                Response answer = call(gateway, "/svc/S/M", "grpc-timeout", timeout)) {
            assertStatusAlone(
                    answer,
                    GrpcStatus.INTERNAL,
                    "The grpc-timeout is malformed: it takes one to eight digits and one of H, M, S, m, u, n.");
        }
    }

    @Test
    void path_that_is_refused_is_internal() throws Exception {
        try (var gateway = GatewayFixture.with("route.strip-prefix=/svc", FakeInstance.healthy());
                Response answer = call(gateway, "/svc//a")) {
            assertStatusAlone(answer, GrpcStatus.INTERNAL, "The path would begin with two slashes for the service.");
        }
    }

    @ParameterizedTest
    @CsvSource({"8, CANCEL", "2, INTERNAL_ERROR", "11, ENHANCE_YOUR_CALM"})
    void reset_of_the_instance_within_its_answer_reaches_the_client(int code, ErrorCode expected) throws Exception {
        FakeInstance instance = peer(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, "200", false, "content-type", "application/grpc");
            peer.data(1, "some", false);
            peer.reset(1, code);
            peer.awaitEnd();
        });
        try (var gateway = GatewayFixture.with("service.protocol=h2c", instance)) {
            assertThatThrownBy(
                            () -> { // at the head already, if the reset overtakes the reader
                                try (Response answer = call(gateway, "/svc/S/M")) {
                                    answer.body().bytes();
                                }
                            })
                    .isInstanceOfSatisfying(
                            StreamResetException.class,
                            reset -> assertThat(reset.errorCode).isEqualTo(expected));
        }
    }

    @ParameterizedTest
    @CsvSource({"8, CANCEL", "2, INTERNAL_ERROR", "11, ENHANCE_YOUR_CALM"})
    void reset_of_the_instance_before_its_answer_reaches_the_client(int code, ErrorCode expected) throws Exception {
        FakeInstance instance = peer(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.reset(1, code);
            peer.awaitEnd();
        });
        try (var gateway = GatewayFixture.with("service.protocol=h2c", instance)) {
            assertThatThrownBy(() -> call(gateway, "/svc/S/M"))
                    .isInstanceOfSatisfying(
                            StreamResetException.class,
                            reset -> assertThat(reset.errorCode).isEqualTo(expected));
            assertThat(gateway.logLine()).contains("status=502", "grpc_status=UNKNOWN", "reset the stream");
        }
    }

    @Test
    void connection_that_breaks_within_an_answer_ends_it_with_a_status() throws Exception {
        FakeInstance instance = peer(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, "200", false, "content-type", "application/grpc");
            peer.data(1, "some", false);
            peer.endOutput();
            peer.awaitEnd(); // a socket that is closed with unread bytes takes back what it sent
        });
        try (var gateway = GatewayFixture.with("service.protocol=h2c", instance);
                Response answer = call(gateway, "/svc/S/M")) {
            assertThat(answer.body().string()).isEqualTo("some");
            assertThat(answer.trailers().get("grpc-status")).isEqualTo("14");
            assertThat(answer.trailers().get("grpc-message")).isEqualTo("The service broke off within its answer.");
        }
    }

    @Test
    void status_alone_passes_as_a_status_alone() throws Exception {
        FakeInstance instance = peer(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, "200", true, "content-type", "application/grpc", "grpc-status", "5", "grpc-message", "gone");
            peer.awaitEnd();
        });
        try (var gateway = GatewayFixture.with("service.protocol=h2c", instance);
                Response answer = call(gateway, "/svc/S/M")) {
            assertStatusAlone(answer, GrpcStatus.NOT_FOUND, "gone");
        }
    }

    @Test
    void other_requests_still_get_problems() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy());
                Response answer = client.newCall(request(gateway, "/other")
                                .post(RequestBody.create(EMPTY, MediaType.get("application/json")))
                                .build())
                        .execute()) {
            assertThat(answer.code()).isEqualTo(404);
            assertThat(answer.header("content-type")).isEqualTo("application/problem+json");
        }
    }

    /// A call whose answer does not matter.
    private static final class Ignoring implements Callback {
        @Override
        public void onFailure(Call call, IOException e) {}

        @Override
        public void onResponse(Call call, Response response) {
            response.close();
        }
    }

    @Test
    void reset_between_head_and_first_message_is_repeated_elsewhere_on_an_idempotent_route() throws Exception {
        var broken = new CompletableFuture<Void>();
        FakeInstance bad = peer(peer -> {
            while (true) {
                int stream = peer.await(Http2Frame.HEADERS).stream();
                peer.await(Http2Frame.DATA);
                peer.head(stream, "200", false, "content-type", "application/grpc");
                peer.reset(stream, CANCEL);
                broken.complete(null);
            }
        });
        FakeInstance good = peer(peer -> {
            while (true) {
                int stream = peer.await(Http2Frame.HEADERS).stream();
                peer.await(Http2Frame.DATA);
                peer.head(stream, "200", false, "content-type", "application/grpc");
                peer.data(stream, EMPTY, false);
                peer.trailers(stream, "grpc-status", "0");
            }
        });
        try (var gateway = GatewayFixture.with("service.protocol=h2c route.idempotent=true", bad, good)) {
            while (!broken.isDone()) {
                try (Response answer = call(gateway, "/svc/S/M")) {
                    assertThat(answer.body().bytes()).isEqualTo(EMPTY);
                    assertThat(answer.trailers().get("grpc-status")).isEqualTo("0");
                }
            }
        }
    }

    @Test
    void head_that_no_message_follows_reaches_the_client_of_an_idempotent_route() throws Exception {
        var seen = new CompletableFuture<Void>();
        FakeInstance instance = peer(peer -> {
            int stream = peer.await(Http2Frame.HEADERS).stream();
            peer.await(Http2Frame.DATA);
            peer.head(stream, "200", false, "content-type", "application/grpc");
            seen.join();
            peer.data(stream, EMPTY, false);
            peer.trailers(stream, "grpc-status", "0");
        });
        try (var gateway = GatewayFixture.with("service.protocol=h2c route.idempotent=true", instance);
                Response answer = call(gateway, "/svc/S/M")) {
            seen.complete(null);
            assertThat(answer.body().bytes()).isEqualTo(EMPTY);
        }
    }
}
