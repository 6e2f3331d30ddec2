package dev.stringsvc.users.notificator;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.program.LogWriter;
import dev.stringsvc.testkit.EtcdServer;
import dev.stringsvc.users.etcd.Fixture;
import dev.stringsvc.users.pb.NotificatorGrpc;
import dev.stringsvc.users.pb.SendEmailReply;
import dev.stringsvc.users.pb.SendEmailRequest;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class NotificatorTest {
    private static final EtcdServer ETCD = EtcdServer.start();

    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @AfterAll
    static void stop() {
        ETCD.close();
    }

    private interface Calls {
        void with(ManagedChannel channel) throws Exception;
    }

    /// Runs a test against one instance that is registered. Everything is logged when this returns.
    private void serve(Calls test) throws Exception {
        try (var calls = LogWriter.to(log, 100_000)) {
            var notificator = Notificator.start(Fixture.settings(), Fixture.etcd(ETCD.address()), calls);
            String prefix = "/services/notificator/";
            try {
                await().atMost(Duration.ofSeconds(20)).until(() -> ETCD.keys().size() == 1);
                String address = ETCD.keys().getFirst().substring(prefix.length());
                ManagedChannel channel =
                        NettyChannelBuilder.forTarget(address).usePlaintext().build();
                try {
                    test.with(channel);
                } finally {
                    channel.shutdownNow();
                }
            } finally {
                notificator.close();
            }
        }
        assertThat(ETCD.keys()).isEmpty();
    }

    private static SendEmailReply send(ManagedChannel channel, String email, String content) {
        var metadata = new Metadata();
        metadata.put(Metadata.Key.of("x-request-id", Metadata.ASCII_STRING_MARSHALLER), "r1");
        metadata.put(
                Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
                "00-" + TRACE + "-b7ad6b7169203331-01");
        return NotificatorGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .sendEmail(SendEmailRequest.newBuilder()
                        .setEmail(email)
                        .setContent(content)
                        .build());
    }

    @Test
    void answers_a_new_id_each_time_and_logs_the_call() throws Exception {
        String[] ids = new String[2];
        serve(channel -> {
            ids[0] = send(channel, "test", "Hi there").getId();
            ids[1] = send(channel, "test", "").getId();
        });
        assertThat(UUID.fromString(ids[0])).isNotEqualTo(UUID.fromString(ids[1]));
        assertThat(log.toString(UTF_8).lines().toList())
                .hasSize(2)
                .first()
                .asString()
                .matches("ts=\\S+ method=SendEmail email=test content=\"Hi there\" id=" + ids[0]
                        + " err=null took=\\S+ request_id=r1 trace_id=" + TRACE);
    }

    @Test
    void refuses_an_email_without_an_address() throws Exception {
        serve(channel -> assertThatThrownBy(() -> send(channel, " ", "Hi"))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
                .hasMessageContaining("The field email is blank."));
        assertThat(log.toString(UTF_8)).contains("err=\"The field email is blank.\"");
    }

    @Test
    void says_that_it_is_healthy_and_which_services_it_has() throws Exception {
        serve(channel -> {
            for (String service : new String[] {"", "pb.Notificator"}) {
                assertThat(HealthGrpc.newBlockingStub(channel)
                                .check(HealthCheckRequest.newBuilder()
                                        .setService(service)
                                        .build())
                                .getStatus())
                        .isEqualTo(ServingStatus.SERVING);
            }
            var answer = new CompletableFuture<ServerReflectionResponse>();
            var requests = ServerReflectionGrpc.newStub(channel).serverReflectionInfo(new StreamObserver<>() {
                @Override
                public void onNext(ServerReflectionResponse response) {
                    answer.complete(response);
                }

                @Override
                public void onError(Throwable e) {
                    answer.completeExceptionally(e);
                }

                @Override
                public void onCompleted() {}
            });
            requests.onNext(
                    ServerReflectionRequest.newBuilder().setListServices("").build());
            assertThat(answer.get(20, TimeUnit.SECONDS)
                            .getListServicesResponse()
                            .getServiceList())
                    .map(ServiceResponse::getName)
                    .contains("pb.Notificator", "grpc.health.v1.Health");
            requests.onCompleted();
        });
    }

    @Test
    void says_that_a_port_is_taken() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var calls = LogWriter.to(log, 1)) {
            var settings = Fixture.settings(taken.getLocalPort());
            assertThatThrownBy(() -> Notificator.start(settings, Fixture.etcd(ETCD.address()), calls))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasStackTraceContaining("Address already in use");
        }
    }
}
