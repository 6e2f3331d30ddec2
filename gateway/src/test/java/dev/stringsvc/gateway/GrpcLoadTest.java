package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.GrpcServer.BIDI;
import static dev.stringsvc.gateway.GrpcServer.CLIENT_STREAM;
import static dev.stringsvc.gateway.GrpcServer.SERVER_STREAM;
import static dev.stringsvc.gateway.GrpcServer.UNARY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.GrpcServer.Method;
import dev.stringsvc.gateway.transport.TestCertificate;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A thousand calls of every kind at a time over eight connections, while instances are added, killed and
/// stopped.
class GrpcLoadTest {
    private static final int CONNECTIONS = 8;
    private static final int CALLERS = 125;
    private static final int TALKS = 8;
    private static final TestCertificate CERTIFICATE = TestCertificate.of("dns:localhost,ip:127.0.0.1", "EC");

    @TempDir
    private Path folder;

    private String secured = "";

    /// A server whose answers name it.
    private static final class Named implements AutoCloseable {
        private final AtomicInteger calls = new AtomicInteger();
        private final GrpcServer server;

        Named(String name) throws IOException {
            server = GrpcServer.serving(
                    new Method(UNARY, ServerCalls.asyncUnaryCall((message, answer) -> {
                        calls.incrementAndGet();
                        answer.onNext(name);
                        answer.onCompleted();
                    })),
                    new Method(SERVER_STREAM, ServerCalls.asyncServerStreamingCall((message, answer) -> {
                        for (int i = 0; i < 3; i++) {
                            answer.onNext(name);
                        }
                        answer.onCompleted();
                    })),
                    new Method(CLIENT_STREAM, ServerCalls.asyncClientStreamingCall(answer -> new StreamObserver<>() {
                        @Override
                        public void onNext(String message) {}

                        @Override
                        public void onError(Throwable t) {}

                        @Override
                        public void onCompleted() {
                            answer.onNext(name);
                            answer.onCompleted();
                        }
                    })),
                    new Method(BIDI, ServerCalls.asyncBidiStreamingCall(answer -> new StreamObserver<>() {
                        @Override
                        public void onNext(String message) {
                            answer.onNext(name);
                        }

                        @Override
                        public void onError(Throwable t) {}

                        @Override
                        public void onCompleted() {
                            answer.onCompleted();
                        }
                    })));
        }

        @Override
        public void close() {
            server.close();
        }
    }

    /// An open call in both directions.
    private static final class Talk implements StreamObserver<String> {
        private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final StreamObserver<String> out;

        Talk(ManagedChannel channel) {
            out = ClientCalls.asyncBidiStreamingCall(channel.newCall(BIDI, CallOptions.DEFAULT), this);
        }

        String ask() throws InterruptedException {
            out.onNext("who?");
            return String.valueOf(heard.poll(60, TimeUnit.SECONDS));
        }

        @Override
        public void onNext(String message) {
            heard.add(message);
        }

        @Override
        public void onError(Throwable t) {
            ended.set(true);
        }

        @Override
        public void onCompleted() {
            ended.set(true);
        }
    }

    private Path config(Named... instances) throws IOException {
        return Files.writeString(folder.resolve("gateway.yaml"), """
                %s
                limits: {in-flight: 4000}
                services:
                  svc:
                    protocol: h2c
                    instances: [%s]
                routes:
                - {name: r, path: /, service: svc, idempotent: true, attempts: 5, deadline: 60s, attempt-timeout: 30s}
                """.formatted(
                        secured,
                        Stream.of(instances)
                                .map(one -> '"' + one.server.address() + '"')
                                .collect(Collectors.joining(", "))));
    }

    private ManagedChannel channel(int port, boolean tls) throws Exception {
        NettyChannelBuilder builder = NettyChannelBuilder.forAddress("localhost", port);
        if (tls) {
            builder.sslContext(GrpcSslContexts.forClient()
                    .trustManager(folder.resolve("server.pem").toFile())
                    .build());
        } else {
            builder.usePlaintext();
        }
        return builder.build();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void no_idempotent_call_fails_and_no_stream_of_a_survivor_breaks(boolean tls) throws Exception {
        if (tls) {
            secured = "tls: {certificate: %s, key: %s}"
                    .formatted(
                            CERTIFICATE.certificate(folder.resolve("server.pem")),
                            CERTIFICATE.key(folder.resolve("server.key")));
        }
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        var over = new AtomicBoolean();
        var done = new AtomicInteger();
        List<ManagedChannel> channels = new ArrayList<>();
        Named survivor = new Named("survivor");
        Named old = new Named("old");
        try (survivor;
                var gateway = GatewayFixture.of(config(survivor, old));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            try {
                for (int i = 0; i < CONNECTIONS; i++) {
                    ManagedChannel channel = channel(gateway.gateway().port(), tls);
                    channels.add(channel);
                    for (int j = 0; j < CALLERS; j++) {
                        int kind = j % 5;
                        threads.execute(() -> {
                            while (!over.get()) {
                                call(kind, channel, failures);
                                done.incrementAndGet();
                            }
                        });
                    }
                }
                List<Talk> talks = new ArrayList<>();
                for (int i = 0; talks.size() < TALKS; i++) {
                    Talk talk = new Talk(channels.get(i % CONNECTIONS));
                    if (talk.ask().equals("survivor")) {
                        talks.add(talk);
                    } else {
                        talk.out.onCompleted();
                    }
                }
                for (int round = 0; round < 3; round++) {
                    Named next = new Named("next");
                    config(survivor, old, next);
                    gateway.gateway().reload();
                    await().atMost(Duration.ofSeconds(30)).until(() -> next.calls.get() > 100);
                    if (round == 1) { // stopped in order
                        config(survivor, next);
                        gateway.gateway().reload();
                        old.server.drain();
                    }
                    old.close();
                    int before = done.get();
                    await().atMost(Duration.ofSeconds(30)).until(() -> done.get() > before + 2_000);
                    config(survivor, next);
                    gateway.gateway().reload();
                    old = next;
                }
                for (Talk talk : talks) {
                    assertThat(talk.ask()).isEqualTo("survivor");
                    assertThat(talk.ended).isFalse();
                    talk.out.onCompleted();
                }
            } finally {
                over.set(true);
                threads.shutdown();
                assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
                channels.forEach(ManagedChannel::shutdownNow);
                await().until(() -> channels.stream().allMatch(ManagedChannel::isTerminated));
            }
            assertThat(failures)
                    .as(() -> gateway.logLines(1).stream()
                            .filter(line -> line.contains("err="))
                            .collect(Collectors.joining("\n")))
                    .isEmpty();
        } finally {
            old.close();
        }
    }

    /// Makes one call: of five, three are unary, one is a client stream and one a server stream.
    private static void call(int kind, ManagedChannel channel, Queue<String> failures) {
        CallOptions options = CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS);
        String heard = "";
        try {
            switch (kind) {
                case 0 -> {
                    var end = new CompletableFuture<String>();
                    StreamObserver<String> out =
                            ClientCalls.asyncClientStreamingCall(channel.newCall(CLIENT_STREAM, options), into(end));
                    out.onNext("x");
                    out.onCompleted();
                    end.join();
                }
                case 1 -> {
                    var messages = ClientCalls.blockingServerStreamingCall(channel, SERVER_STREAM, options, "x");
                    while (messages.hasNext()) {
                        heard = messages.next();
                    }
                }
                default -> {
                    var _ = ClientCalls.blockingUnaryCall(channel, UNARY, options, "x");
                }
            }
        } catch (StatusRuntimeException | CompletionException e) {
            if (heard.isEmpty() || heard.equals("survivor")) { // a stream that began breaks with its instance
                failures.add(kind + " " + heard + " " + e);
            }
        }
    }

    private static StreamObserver<String> into(CompletableFuture<String> end) {
        return new StreamObserver<>() {
            @Override
            public void onNext(String message) {
                end.complete(message);
            }

            @Override
            public void onError(Throwable t) {
                end.completeExceptionally(t);
            }

            @Override
            public void onCompleted() {}
        };
    }
}
