package dev.stringsvc.examples.rpc;

import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.NameResolverRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A gRPC channel to all instances of a service, which are called in turn. If one is away, the call
/// goes to the next one. Thread-safe.
public final class ServiceChannel implements AutoCloseable {
    /// The configuration of all methods. grpc-java reports UNKNOWN, not UNAVAILABLE, if a connection
    /// breaks just as a call is written to it.
    ///
    /// An instance that was killed may have done its work without saying so. The work is then done
    /// twice, which is better than not at all.
    private static final Map<String, ?> CONFIG = Map.of(
            "loadBalancingConfig",
            List.of(Map.of("round_robin", Map.of())),
            "methodConfig",
            List.of(Map.of(
                    "name",
                    List.of(Map.of()),
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

    private final ManagedChannel channel;

    /// Starts to look for instances and to connect to them, and returns at once.
    public ServiceChannel(Discovery discovery, String service) {
        var resolvers = new ServiceResolvers(discovery);
        // a registry of its own: the one of the process has one resolver a scheme
        var registry = new NameResolverRegistry();
        registry.register(resolvers);
        this.channel = Grpc.newChannelBuilder(resolvers.target(service), InsecureChannelCredentials.create(), registry)
                .defaultServiceConfig(CONFIG)
                .intercept(new MadeCalls())
                .keepAliveTime(PING.toSeconds(), TimeUnit.SECONDS)
                .keepAliveTimeout(PONG.toSeconds(), TimeUnit.SECONDS)
                .idleTimeout(NEVER_IDLE_DAYS, TimeUnit.DAYS)
                .build();
        ConnectivityState _ = channel.getState(true);
    }

    /// What stubs are made of.
    public Channel channel() {
        return channel;
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }
}
