package dev.stringsvc.users.users;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.examples.rpc.ServedCalls;
import dev.stringsvc.program.CallIds;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.testkit.EtcdServer;
import dev.stringsvc.testkit.TraceCollector;
import dev.stringsvc.tracing.Tracing;
import dev.stringsvc.users.etcd.Fixture;
import dev.stringsvc.users.pb.NotificatorGrpc.NotificatorImplBase;
import dev.stringsvc.users.pb.SendEmailReply;
import dev.stringsvc.users.pb.SendEmailRequest;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// users within the test, with a notificator that does what the test says.
@Timeout(60)
class UsersTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final EtcdServer ETCD = EtcdServer.start();

    private static final Metadata.Key<String> TRACEPARENT =
            Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER);
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "b7ad6b7169203331";

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final LogWriter calls = LogWriter.to(log, 100_000);
    private final Scripted script = new Scripted();
    private final Server notificator = NettyServerBuilder.forAddress(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .intercept(new ServedCalls(() -> Tracing.OFF))
            .intercept(script.heads)
            .addService(script)
            .build();

    /// Keeps what it was asked, and answers as told.
    private static final class Scripted extends NotificatorImplBase {
        final List<String> asked = new CopyOnWriteArrayList<>();
        final List<String> traceparents = new CopyOnWriteArrayList<>();
        final AtomicInteger failures = new AtomicInteger();
        final CountDownLatch arrived = new CountDownLatch(1);
        volatile Status status = Status.OK;
        volatile CompletableFuture<Void> mayAnswer = CompletableFuture.completedFuture(null);

        final ServerInterceptor heads = new ServerInterceptor() {
            @Override
            public <Q, A> ServerCall.Listener<Q> interceptCall(
                    ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
                traceparents.add(String.valueOf(headers.get(TRACEPARENT)));
                return next.startCall(call, headers);
            }
        };

        @Override
        public void sendEmail(SendEmailRequest request, StreamObserver<SendEmailReply> reply) {
            asked.add(request.getEmail() + "|" + request.getContent() + "|"
                    + CallIds.current().request().orElse(""));
            arrived.countDown();
            if (failures.getAndDecrement() > 0) {
                reply.onError(Status.UNAVAILABLE.asRuntimeException());
                return;
            }
            var _ = mayAnswer.thenRun(() -> {
                if (status.isOk()) {
                    reply.onNext(SendEmailReply.newBuilder().setId("id-1").build());
                    reply.onCompleted();
                } else {
                    reply.onError(status.asRuntimeException());
                }
            });
        }
    }

    @AfterAll
    static void stop() {
        ETCD.close();
    }

    @AfterEach
    void close() {
        notificator.shutdownNow();
        calls.close();
        ETCD.keys().forEach(ETCD::delete);
    }

    /// Starts users, and waits until it is registered.
    private Users start() {
        return start(Duration.ofSeconds(30));
    }

    /// @param timeout the longest wait for notificator
    private Users start(Duration timeout) {
        return start(Fixture.settings(), timeout);
    }

    private Users start(Settings settings, Duration timeout) {
        Users users = Users.start(settings, new Users.Needs(Fixture.etcd(ETCD.address()), timeout), calls);
        await().atMost(PATIENCE).until(() -> ETCD.keys().contains("/services/users/127.0.0.1:" + users.port()));
        return users;
    }

    private void register() throws IOException {
        notificator.start();
        ETCD.put("/services/notificator/a", "127.0.0.1:" + notificator.getPort());
        ETCD.put("/services/notificator/wrong", "nothing");
    }

    private static HttpResponse<String> create(Users users, String body) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + users.port() + "/create"))
                .header("X-Request-Id", "r1")
                .header("traceparent", "00-" + TRACE + "-" + PARENT + "-01")
                .POST(BodyPublishers.ofString(body))
                .build();
        return send(request);
    }

    /// On a connection of its own: users would wait a second for one that stays open before it stops.
    private static HttpResponse<String> send(HttpRequest request) throws Exception {
        try (var http = HttpClient.newHttpClient()) {
            return http.send(request, BodyHandlers.ofString());
        }
    }

    private static void awaitStatus(Users users, int status) {
        await().atMost(PATIENCE)
                .until(() -> create(users, "{\"email\":\"test\"}").statusCode() == status);
    }

    @Test
    void creates_a_user_after_the_email_is_sent() throws Exception {
        register();
        Users users = start();
        try {
            HttpResponse<String> answer = create(users, "{\"email\": \"test\"}");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("{\"e0\":null}");
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
            assertThat(script.asked).containsExactly("test|Hi! Thank you for registration...|r1");
        } finally {
            users.close();
        }
        calls.close();
        assertThat(log.toString(UTF_8))
                .matches("ts=\\S+ method=create email=test err=null took=\\S+ request_id=r1 trace_id=" + TRACE + "\n");
        assertThat(ETCD.keys()).noneMatch(key -> key.startsWith("/services/users/"));
    }

    @Test
    void each_attempt_at_a_notificator_is_a_span_below_that_of_the_request() throws Exception {
        try (var collector = TraceCollector.start()) {
            register();
            script.failures.set(1);
            Settings plain = Fixture.settings();
            var environment = new Environment(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint()));
            var traced = new Settings(
                    plain.host(),
                    plain.port(),
                    plain.advertise(),
                    plain.stop(),
                    port -> Tracing.start(environment, new Tracing.Program("users", "users-1")));
            Users users = start(traced, PATIENCE);
            try {
                assertThat(create(users, "{\"email\": \"test\"}").statusCode()).isEqualTo(200);
            } finally {
                users.close();
            }
            List<TraceCollector.Seen> spans = collector.spans(3);
            assertThat(spans).hasSize(3).allMatch(span -> span.trace().equals(TRACE));
            TraceCollector.Seen request = spans.getFirst();
            assertThat(request.parent()).isEqualTo(PARENT);
            assertThat(request.span().getName()).isEqualTo("POST /create");
            assertThat(request.resource()).containsEntry("service.instance.id", "users-1");
            assertThat(spans.subList(1, 3)).allSatisfy(attempt -> {
                assertThat(attempt.parent()).isEqualTo(request.id());
                assertThat(attempt.span().getName()).isEqualTo("pb.Notificator/SendEmail");
                assertThat(attempt.attributes()).containsEntry("server.port", Integer.toString(notificator.getPort()));
            });
            assertThat(spans.get(1).attributes())
                    .containsEntry("error.type", "UNAVAILABLE")
                    .doesNotContainKey("rpc.resend_count");
            assertThat(spans.get(2).attributes())
                    .containsEntry("rpc.response.status_code", "OK")
                    .containsEntry("rpc.resend_count", "1")
                    .doesNotContainKey("error.type");
            assertThat(script.traceparents)
                    .zipSatisfy(
                            spans.subList(1, 3),
                            (field, attempt) -> assertThat(field).startsWith("00-" + TRACE + "-" + attempt.id()));
            assertThat(script.asked).hasSize(2).allMatch(asked -> asked.endsWith("|r1"));
        }
    }

    @Test
    void without_traces_the_callers_trace_is_passed_on() throws Exception {
        register();
        Users users = start();
        try {
            create(users, "{\"email\": \"test\"}");
        } finally {
            users.close();
        }
        assertThat(script.traceparents).containsExactly("00-" + TRACE + "-" + PARENT + "-01");
    }

    @Test
    void answers_503_until_a_notificator_is_registered_and_again_when_it_is_gone() throws Exception {
        Users users = start();
        try {
            HttpResponse<String> answer = create(users, "{\"email\":\"test\"}");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(answer.headers().firstValue("Retry-After")).contains("1");
            assertThat(answer.body()).contains("No notificator answers, so the user is not created.");

            register();
            awaitStatus(users, 200);

            ETCD.delete("/services/notificator/a");
            notificator.shutdownNow();
            awaitStatus(users, 503);
        } finally {
            users.close();
        }
    }

    @Test
    void goes_on_with_the_known_notificators_while_etcd_is_away() throws Exception {
        register();
        Users users = start();
        try {
            awaitStatus(users, 200);
            ETCD.kill();
            for (int i = 0; i < 5; i++) {
                assertThat(create(users, "{\"email\":\"test\"}").statusCode()).isEqualTo(200);
            }
            ETCD.restart();
            await().atMost(PATIENCE).until(() -> ETCD.keys().contains("/services/users/127.0.0.1:" + users.port()));
            awaitStatus(users, 200);
        } finally {
            users.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "DEADLINE_EXCEEDED, 504, Notificator did not answer in time",
        "INVALID_ARGUMENT, 400, Notificator refuses this user",
        "INTERNAL, 502, Notificator failed",
        "UNAVAILABLE, 503, No notificator answers",
        "UNKNOWN, 502, Notificator failed",
    })
    void says_what_is_wrong_with_notificator(Status.Code code, int status, String words) throws Exception {
        script.status = code.toStatus();
        register();
        Users users = start();
        try {
            HttpResponse<String> answer = create(users, "{\"email\":\"test\"}");
            assertThat(answer.statusCode()).isEqualTo(status);
            assertThat(answer.body()).contains(words, "\"status\":" + status);
            boolean triedAgain = code == Status.Code.UNAVAILABLE || code == Status.Code.UNKNOWN;
            assertThat(script.asked).hasSize(triedAgain ? 5 : 1);
        } finally {
            users.close();
        }
    }

    @Test
    void answers_504_if_notificator_says_nothing() throws Exception {
        script.mayAnswer = new CompletableFuture<>();
        register();
        Users users = start(Duration.ofMillis(500));
        try {
            assertThat(create(users, "{\"email\":\"test\"}").statusCode()).isEqualTo(504);
        } finally {
            users.close();
        }
    }

    @Test
    void refuses_what_is_not_a_user() throws Exception {
        Users users = start();
        try {
            for (String body : List.of(
                    "",
                    "x",
                    "[]",
                    "{",
                    "{}",
                    "{\"email\":5}",
                    "{\"email\":\" \"}",
                    "{\"email\":\"a\",\"email\":\"b\"}",
                    "{\"email\":\"a\"} {}",
                    "[".repeat(50_000))) {
                HttpResponse<String> answer = create(users, body);
                assertThat(answer.statusCode()).as(body).isEqualTo(400);
                assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
                assertThat(answer.body()).contains("\"detail\":\"The ");
            }
            assertThat(create(users, " ".repeat(70_000)).statusCode()).isEqualTo(413);
            assertThat(get(users, "/create").statusCode()).isEqualTo(405);
            assertThat(get(users, "/nothing").statusCode()).isEqualTo(404);
            assertThat(get(users, "/health").body()).isEqualTo("{\"status\":\"serving\"}");
        } finally {
            users.close();
        }
    }

    private static HttpResponse<String> get(Users users, String path) throws Exception {
        var uri = URI.create("http://127.0.0.1:" + users.port() + path);
        return send(HttpRequest.newBuilder(uri).build());
    }

    @Test
    void answers_the_requests_in_flight_when_it_stops() throws Exception {
        script.mayAnswer = new CompletableFuture<>();
        register();
        Users users = start();
        var answer = CompletableFuture.supplyAsync(() -> {
            try {
                return create(users, "{\"email\":\"test\"}");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(script.arrived.await(20, TimeUnit.SECONDS)).isTrue();
        var stopped = CompletableFuture.runAsync(users::close);
        await().atMost(PATIENCE).until(() -> ETCD.keys().stream().noneMatch(key -> key.startsWith("/services/users/")));
        assertThat(stopped).isNotDone();
        script.mayAnswer.complete(null);
        assertThat(answer.get(20, TimeUnit.SECONDS).body()).isEqualTo("{\"e0\":null}");
        stopped.get(20, TimeUnit.SECONDS);
    }
}
