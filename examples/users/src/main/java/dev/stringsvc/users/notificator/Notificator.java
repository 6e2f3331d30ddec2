package dev.stringsvc.users.notificator;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.program.IpAddress;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.users.shared.Program;
import dev.stringsvc.users.shared.Registered;
import dev.stringsvc.users.shared.RequestId;
import dev.stringsvc.users.shared.Settings;
import io.grpc.Server;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One instance of notificator: a gRPC server on virtual threads that is registered in etcd.
final class Notificator implements Program.Service {
    private static final Logger LOG = LoggerFactory.getLogger(Notificator.class);
    private static final String NAME = "notificator";

    /// Clients may ask this often if the connection is alive. The least of grpc-java's clients is
    /// 10 s.
    private static final Duration PINGS = Duration.ofSeconds(5);

    private final Server server;
    private final HealthStatusManager health;
    private final EtcdClient etcd;
    private final Registered registered;
    private final Duration drain;

    private Notificator(Server server, HealthStatusManager health, Settings settings) {
        this.server = server;
        this.health = health;
        this.etcd = new EtcdClient(settings.etcd());
        this.registered = Registered.start(etcd, settings, NAME, server.getPort());
        this.drain = settings.stop().drain();
    }

    /// Listens, and starts to register without waiting for etcd. A line about each call goes to
    /// `calls`.
    ///
    /// @throws UncheckedIOException if it cannot listen; the cause has Java's reason
    static Notificator start(Settings settings, LogWriter calls) {
        var health = new HealthStatusManager();
        health.setStatus("pb.Notificator", ServingStatus.SERVING);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(settings.host(), settings.port()))
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .permitKeepAliveTime(PINGS.toSeconds(), TimeUnit.SECONDS)
                .intercept(RequestId.interceptor())
                .addService(new Emails(calls))
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .build();
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        LOG.info("listening on {}", IpAddress.withPort(settings.host(), server.getPort()));
        return new Notificator(server, health, settings);
    }

    /// Deregisters, serves on for the grace, then accepts no more calls and waits for those in
    /// flight. Health is NOT_SERVING from the beginning.
    @Override
    public void close() {
        health.enterTerminalState();
        try {
            registered.end();
            LOG.info("accepting no more calls");
            if (server.shutdown().awaitTermination(drain.toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.info("stopped, every call was answered");
            } else {
                server.shutdownNow();
                LOG.warn("stopped, calls that took longer than {} ms were cut off", drain.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            etcd.close();
        }
    }
}
