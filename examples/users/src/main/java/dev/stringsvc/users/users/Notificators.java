package dev.stringsvc.users.users;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.users.pb.NotificatorGrpc;
import dev.stringsvc.users.pb.SendEmailRequest;
import dev.stringsvc.users.shared.RequestId;
import dev.stringsvc.users.shared.Settings;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.NameResolverRegistry;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// All instances of notificator, which are called in turn. If one is away, the call goes to the
/// next one. Thread-safe.
final class Notificators implements AutoCloseable {
    private static final String NAME = "notificator";

    /// grpc-java reports UNKNOWN, not UNAVAILABLE, if a connection breaks just as a call is written to it.
    ///
    /// An instance that was killed may have sent the email without saying so. Its user gets the email twice
    /// then, which is better than none.
    private static final Map<String, ?> CONFIG = Map.of(
            "loadBalancingConfig",
            List.of(Map.of("round_robin", Map.of())),
            "methodConfig",
            List.of(Map.of(
                    "name",
                    List.of(Map.of("service", NotificatorGrpc.SERVICE_NAME)),
                    "retryPolicy",
                    Map.of(
                            "maxAttempts",
                            5.0,
                            "initialBackoff",
                            "0.05s",
                            "maxBackoff",
                            "0.5s",
                            "backoffMultiplier",
                            2.0,
                            "retryableStatusCodes",
                            List.of("UNAVAILABLE", "UNKNOWN")))));

    /// After this long without an answer, the channel asks if a connection is alive. grpc-java
    /// allows no less.
    private static final Duration PING = Duration.ofSeconds(10);

    private static final Duration PONG = Duration.ofSeconds(2);
    private static final long NEVER_IDLE_DAYS = 365;

    private final EtcdNameResolvers resolvers;
    private final ManagedChannel channel;
    private final Duration timeout;

    /// Starts to connect, and returns at once.
    ///
    /// @param timeout the longest wait for an answer, on all instances together
    Notificators(EtcdClient etcd, Settings settings, Duration timeout) {
        this.resolvers = new EtcdNameResolvers(etcd, settings);
        this.timeout = timeout;
        NameResolverRegistry.getDefaultRegistry().register(resolvers);
        this.channel = NettyChannelBuilder.forTarget(EtcdNameResolvers.target(NAME))
                .usePlaintext()
                .defaultServiceConfig(CONFIG)
                .keepAliveTime(PING.toSeconds(), TimeUnit.SECONDS)
                .keepAliveTimeout(PONG.toSeconds(), TimeUnit.SECONDS)
                .idleTimeout(NEVER_IDLE_DAYS, TimeUnit.DAYS)
                .build();
        ConnectivityState _ = channel.getState(true);
    }

    /// Sends an email, and returns its id.
    ///
    /// @throws StatusRuntimeException if that fails: UNAVAILABLE if no instance is there
    String sendEmail(String email, String content, Optional<String> requestId) {
        var metadata = new Metadata();
        requestId.ifPresent(id -> metadata.put(RequestId.METADATA, id));
        return NotificatorGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .withDeadlineAfter(timeout)
                .sendEmail(SendEmailRequest.newBuilder()
                        .setEmail(email)
                        .setContent(content)
                        .build())
                .getId();
    }

    @Override
    public void close() {
        channel.shutdownNow();
        NameResolverRegistry.getDefaultRegistry().deregister(resolvers);
    }
}
