package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.GrpcServer.BIDI;
import static dev.stringsvc.gateway.GrpcServer.CLIENT_STREAM;
import static dev.stringsvc.gateway.GrpcServer.SERVER_STREAM;
import static dev.stringsvc.gateway.GrpcServer.UNARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.GrpcServer.Method;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// gRPC calls of a real client to a real server, through the gateway.
class GrpcTest {
    private static final Metadata.Key<String> ATTEMPTS =
            Metadata.Key.of("grpc-previous-rpc-attempts", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> PUSHBACK =
            Metadata.Key.of("grpc-retry-pushback-ms", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> TRAILER = Metadata.Key.of("x-end", Metadata.ASCII_STRING_MARSHALLER);

    /// Answers a unary call with its own message.
    private static Method echo() {
        return new Method(UNARY, ServerCalls.asyncUnaryCall((message, answer) -> {
            answer.onNext(message);
            answer.onCompleted();
        }));
    }

    /// Ends each unary call with a status.
    private static Method failing(Status status, AtomicInteger calls) {
        return new Method(UNARY, ServerCalls.asyncUnaryCall((message, answer) -> {
            calls.incrementAndGet();
            answer.onError(status.asRuntimeException());
        }));
    }

    /// Answers each message with itself, as soon as it comes.
    private static Method bidi() {
        return new Method(BIDI, ServerCalls.asyncBidiStreamingCall(answer -> new StreamObserver<>() {
            @Override
            public void onNext(String message) {
                answer.onNext(message);
            }

            @Override
            public void onError(Throwable t) {}

            @Override
            public void onCompleted() {
                answer.onCompleted();
            }
        }));
    }

    /// What a client hears of a call.
    private static final class Heard implements StreamObserver<String> {
        private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();
        private final CompletableFuture<Status> ended = new CompletableFuture<>();

        @Override
        public void onNext(String message) {
            messages.add(message);
        }

        @Override
        public void onError(Throwable t) {
            ended.complete(Status.fromThrowable(t));
        }

        @Override
        public void onCompleted() {
            ended.complete(Status.OK);
        }

        String next() throws InterruptedException {
            String message = messages.poll(10, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("no message came; ended: " + ended);
            }
            return message;
        }

        Status.Code end() throws Exception {
            return ended.get(10, TimeUnit.SECONDS).getCode();
        }
    }

    @Test
    void unary_call_passes_and_is_logged() throws Exception {
        try (var server = GrpcServer.serving(echo());
                var gateway = GrpcFixture.over("", server)) {
            assertThat(gateway.unary("hello")).isEqualTo("hello");
            assertThat(gateway.gateway().logLine())
                    .contains(" status=200 ", " grpc_method=test.Echo/Unary grpc_status=OK");
        }
    }

    @Test
    void empty_message_passes() throws Exception {
        try (var server = GrpcServer.serving(echo());
                var gateway = GrpcFixture.over("", server)) {
            assertThat(gateway.unary("")).isEmpty();
        }
    }

    @Test
    void every_status_and_its_message_pass() throws Exception {
        var asked = new Method(
                UNARY,
                ServerCalls.asyncUnaryCall(
                        (message, answer) -> answer.onError(Status.fromCode(Status.Code.valueOf(message))
                                .withDescription("100 % déjà vu")
                                .asRuntimeException())));
        try (var server = GrpcServer.serving(asked);
                var gateway = GrpcFixture.over("", server)) {
            for (Status.Code code : EnumSet.complementOf(EnumSet.of(Status.Code.OK))) {
                assertThatThrownBy(() -> gateway.unary(code.name()))
                        .isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                            assertThat(e.getStatus().getCode()).isEqualTo(code);
                            assertThat(e.getStatus().getDescription()).isEqualTo("100 % déjà vu");
                        });
            }
            assertThat(gateway.gateway().logLines(16))
                    .anyMatch(line -> line.contains("grpc_status=UNAUTHENTICATED"))
                    .allMatch(line -> line.contains("status=200"));
        }
    }

    @Test
    void trailers_pass_after_messages() throws Exception {
        ServerCallHandler<String, String> handler = (call, headers) -> {
            call.request(1);
            call.sendHeaders(new Metadata());
            call.sendMessage("m");
            var trailers = new Metadata();
            trailers.put(TRAILER, "t");
            call.close(Status.ABORTED.withDescription("late"), trailers);
            return new ServerCall.Listener<>() {};
        };
        try (var server = GrpcServer.serving(new Method(SERVER_STREAM, handler));
                var gateway = GrpcFixture.over("", server)) {
            Iterator<String> answer =
                    ClientCalls.blockingServerStreamingCall(gateway.channel(), SERVER_STREAM, CallOptions.DEFAULT, "x");
            assertThat(answer.next()).isEqualTo("m");
            assertThatThrownBy(answer::hasNext).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.ABORTED);
                assertThat(e.getStatus().getDescription()).isEqualTo("late");
                assertThat(Objects.requireNonNull(e.getTrailers()).get(TRAILER)).isEqualTo("t");
            });
        }
    }

    @Test
    void messages_of_both_sides_pass_at_once() throws Exception {
        try (var server = GrpcServer.serving(bidi());
                var gateway = GrpcFixture.over("", server)) {
            var heard = new Heard();
            StreamObserver<String> sent =
                    ClientCalls.asyncBidiStreamingCall(gateway.channel().newCall(BIDI, CallOptions.DEFAULT), heard);
            for (int i = 0; i < 20; i++) {
                sent.onNext("m" + i);
                assertThat(heard.next()).isEqualTo("m" + i);
            }
            sent.onCompleted();
            assertThat(heard.end()).isEqualTo(Status.Code.OK);
        }
    }

    @Test
    void client_stream_passes_at_once_and_is_answered_at_its_end() throws Exception {
        var received = new LinkedBlockingQueue<String>();
        var count = new Method(CLIENT_STREAM, ServerCalls.asyncClientStreamingCall(answer -> new StreamObserver<>() {
            private int messages;

            @Override
            public void onNext(String message) {
                messages++;
                received.add(message);
            }

            @Override
            public void onError(Throwable t) {}

            @Override
            public void onCompleted() {
                answer.onNext(Integer.toString(messages));
                answer.onCompleted();
            }
        }));
        try (var server = GrpcServer.serving(count);
                var gateway = GrpcFixture.over("", server)) {
            var heard = new Heard();
            StreamObserver<String> sent = ClientCalls.asyncClientStreamingCall(
                    gateway.channel().newCall(CLIENT_STREAM, CallOptions.DEFAULT), heard);
            for (int i = 0; i < 3; i++) {
                sent.onNext("m" + i);
                assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("m" + i);
            }
            sent.onCompleted();
            assertThat(heard.next()).isEqualTo("3");
            assertThat(heard.end()).isEqualTo(Status.Code.OK);
        }
    }

    @Test
    void client_stream_is_not_cut_by_the_deadline_while_the_client_pauses() throws Exception {
        var count = new Method(CLIENT_STREAM, ServerCalls.asyncClientStreamingCall(answer -> new StreamObserver<>() {
            @Override
            public void onNext(String message) {}

            @Override
            public void onError(Throwable t) {}

            @Override
            public void onCompleted() {
                answer.onNext("end");
                answer.onCompleted();
            }
        }));
        try (var server = GrpcServer.serving(count);
                var gateway = GrpcFixture.over("", server)) {
            var heard = new Heard();
            StreamObserver<String> sent = ClientCalls.asyncClientStreamingCall(
                    gateway.channel().newCall(CLIENT_STREAM, CallOptions.DEFAULT), heard);
            sent.onNext("a");
            sent.onNext("b");
            sent.onCompleted();
            assertThat(heard.end()).isEqualTo(Status.Code.OK);
        }
    }

    @Test
    void slow_reader_slows_the_writer() throws Exception {
        String kilobyte = "x".repeat(1_024);
        var written = new AtomicInteger();
        var flood = new Method(SERVER_STREAM, ServerCalls.asyncServerStreamingCall((message, observer) -> {
            var answer = (ServerCallStreamObserver<String>) observer;
            answer.setOnReadyHandler(() -> {
                while (answer.isReady() && written.get() < 20_000) {
                    answer.onNext(kilobyte);
                    written.incrementAndGet();
                }
                if (written.get() >= 20_000) {
                    answer.onCompleted();
                }
            });
        }));
        try (var server = GrpcServer.serving(flood);
                var gateway = GrpcFixture.over("", server)) {
            var heard = new Heard();
            ClientCall<String, String> call = gateway.channel().newCall(SERVER_STREAM, CallOptions.DEFAULT);
            var got = new AtomicInteger();
            call.start(
                    new ClientCall.Listener<>() {
                        @Override
                        public void onMessage(String message) {
                            got.incrementAndGet();
                        }

                        @Override
                        public void onClose(Status status, Metadata trailers) {
                            heard.ended.complete(status);
                        }
                    },
                    new Metadata());
            call.sendMessage("go");
            call.halfClose();
            call.request(1);
            await().until(() -> got.get() == 1);
            await().during(Duration.ofMillis(300)).until(written::get, count -> count < 10_000);
            call.request(20_000);
            assertThat(heard.end()).isEqualTo(Status.Code.OK);
            assertThat(got).hasValue(20_000);
        }
    }

    @Test
    void cancel_of_the_client_reaches_the_instance() throws Exception {
        var cancelled = new CountDownLatch(1);
        var hang = new Method(SERVER_STREAM, ServerCalls.asyncServerStreamingCall((message, answer) -> {
            Context.current().addListener(context -> cancelled.countDown(), Runnable::run);
            answer.onNext("first");
        }));
        try (var server = GrpcServer.serving(hang);
                var gateway = GrpcFixture.over("", server)) {
            var heard = new Heard();
            ClientCall<String, String> call = gateway.channel().newCall(SERVER_STREAM, CallOptions.DEFAULT);
            ClientCalls.asyncServerStreamingCall(call, "x", heard);
            assertThat(heard.next()).isEqualTo("first");
            call.cancel("enough", null);
            assertThat(cancelled.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(gateway.gateway().logLine()).contains("status=499", "grpc_status=CANCELLED");
        }
    }

    @Test
    void timeout_of_the_client_reaches_the_instance_and_ends_the_call() throws Exception {
        var left = new LinkedBlockingQueue<Long>();
        var hang = new Method(SERVER_STREAM, ServerCalls.asyncServerStreamingCall((message, answer) -> {
            left.add(Context.current().getDeadline().timeRemaining(TimeUnit.MILLISECONDS));
            answer.onNext("first");
        }));
        try (var server = GrpcServer.serving(hang);
                var gateway = GrpcFixture.over("", server)) {
            Iterator<String> answer = ClientCalls.blockingServerStreamingCall(
                    gateway.channel(), SERVER_STREAM, CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.SECONDS), "x");
            assertThat(answer.next()).isEqualTo("first");
            assertThatThrownBy(answer::hasNext)
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.DEADLINE_EXCEEDED));
            assertThat(left.poll(10, TimeUnit.SECONDS)).isBetween(1L, 2_000L);
        }
    }

    @Test
    void unavailable_alone_is_tried_elsewhere_on_an_idempotent_route() throws Exception {
        var calls = new AtomicInteger();
        var previous = new AtomicReference<@Nullable String>();
        ServerCallHandler<String, String> noting = (call, headers) -> {
            previous.set(headers.get(ATTEMPTS));
            call.request(1);
            call.sendHeaders(new Metadata());
            call.sendMessage("served");
            call.close(Status.OK, new Metadata());
            return new ServerCall.Listener<>() {};
        };
        try (var bad = GrpcServer.serving(failing(Status.UNAVAILABLE, calls));
                var good = GrpcServer.serving(new Method(UNARY, noting));
                var gateway = GrpcFixture.over("idempotent: true", bad, good)) {
            while (calls.get() == 0) {
                assertThat(gateway.unary("x")).isEqualTo("served");
            }
            assertThat(previous.get()).isEqualTo("1");
        }
    }

    @Test
    void unavailable_passes_on_a_route_that_is_not_idempotent() throws Exception {
        var calls = new AtomicInteger();
        try (var bad = GrpcServer.serving(failing(Status.UNAVAILABLE.withDescription("no"), calls));
                var other = GrpcServer.serving(failing(Status.UNAVAILABLE.withDescription("no"), calls));
                var gateway = GrpcFixture.over("", bad, other)) {
            assertThatThrownBy(() -> gateway.unary("x")).hasMessageContaining("UNAVAILABLE: no");
            assertThat(calls).hasValue(1);
        }
    }

    @Test
    void negative_pushback_forbids_another_attempt() throws Exception {
        var calls = new AtomicInteger();
        Method pushing = new Method(UNARY, (call, headers) -> {
            calls.incrementAndGet();
            var trailers = new Metadata();
            trailers.put(PUSHBACK, "-1");
            call.close(Status.UNAVAILABLE, trailers);
            return new ServerCall.Listener<>() {};
        });
        try (var one = GrpcServer.serving(pushing);
                var two = GrpcServer.serving(pushing);
                var gateway = GrpcFixture.over("idempotent: true", one, two)) {
            assertThatThrownBy(() -> gateway.unary("x")).hasMessageContaining("UNAVAILABLE");
            assertThat(calls).hasValue(1);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            names = {"UNAVAILABLE", "INTERNAL", "UNKNOWN", "DATA_LOSS"})
    void faults_of_an_instance_eject_it(Status.Code code) throws Exception {
        var calls = new AtomicInteger();
        try (var bad = GrpcServer.serving(failing(Status.fromCode(code), calls));
                var one = GrpcServer.serving(echo());
                var two = GrpcServer.serving(echo());
                var gateway = GrpcFixture.over("", bad, one, two)) {
            await().pollInSameThread().until(() -> {
                try {
                    gateway.unary("x");
                } catch (StatusRuntimeException e) {
                    assertThat(e.getStatus().getCode()).isEqualTo(code);
                }
                return gateway.gateway().upstreams().findValuesAsText("state").contains("ejected");
            });
        }
    }

    @Test
    void faults_after_the_head_eject_an_instance_too() throws Exception {
        Method late = new Method(UNARY, (call, headers) -> {
            call.sendHeaders(new Metadata());
            call.sendMessage("partial");
            call.close(Status.INTERNAL, new Metadata());
            return new ServerCall.Listener<>() {};
        });
        try (var bad = GrpcServer.serving(late);
                var one = GrpcServer.serving(echo());
                var two = GrpcServer.serving(echo());
                var gateway = GrpcFixture.over("", bad, one, two)) {
            await().pollInSameThread().until(() -> {
                try {
                    gateway.unary("x");
                } catch (StatusRuntimeException e) {
                    assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INTERNAL);
                }
                return gateway.gateway().upstreams().findValuesAsText("state").contains("ejected");
            });
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.Code.class,
            names = {"INVALID_ARGUMENT", "NOT_FOUND", "PERMISSION_DENIED", "UNIMPLEMENTED"})
    void faults_of_the_caller_eject_no_instance(Status.Code code) throws Exception {
        var calls = new AtomicInteger();
        try (var one = GrpcServer.serving(failing(Status.fromCode(code), calls));
                var two = GrpcServer.serving(failing(Status.fromCode(code), calls));
                var gateway = GrpcFixture.over("", one, two)) {
            for (int i = 0; i < 60; i++) {
                assertThatThrownBy(() -> gateway.unary("x")).hasMessageContaining(code.name());
            }
            assertThat(gateway.gateway().upstreams().findValuesAsText("state")).doesNotContain("ejected");
        }
    }

    @Test
    void broken_connection_ends_a_stream_with_a_status() throws Exception {
        var stream = new Method(SERVER_STREAM, ServerCalls.asyncServerStreamingCall((message, answer) -> {
            answer.onNext("first");
        }));
        var server = GrpcServer.serving(stream);
        try (var gateway = GrpcFixture.over("", server)) {
            Iterator<String> answer =
                    ClientCalls.blockingServerStreamingCall(gateway.channel(), SERVER_STREAM, CallOptions.DEFAULT, "x");
            assertThat(answer.next()).isEqualTo("first");
            server.close();
            assertThatThrownBy(answer::hasNext)
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            e -> assertThat(e.getStatus().getCode())
                                    .isIn(Status.Code.UNAVAILABLE, Status.Code.CANCELLED, Status.Code.INTERNAL));
        } finally {
            server.close();
        }
    }

    @Test
    void no_instance_is_unavailable() throws Exception {
        try (var gateway = GrpcFixture.to("", List.of("127.0.0.1:1"))) {
            assertThatThrownBy(() -> gateway.unary("x")).isInstanceOfSatisfying(StatusRuntimeException.class, e -> {
                assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
                assertThat(e.getStatus().getDescription()).isEqualTo("The service could not be reached, or broke off.");
            });
        }
    }
}
