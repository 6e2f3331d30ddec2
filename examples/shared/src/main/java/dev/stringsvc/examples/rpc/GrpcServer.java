package dev.stringsvc.examples.rpc;

import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.program.IpAddress;
import dev.stringsvc.tracing.Tracing;
import io.grpc.BindableService;
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
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A gRPC server on virtual threads, with health and reflection.
public final class GrpcServer {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcServer.class);

    /// Clients may ask this often if the connection is alive. The least of grpc-java's clients is
    /// 10 s.
    private static final Duration PINGS = Duration.ofSeconds(5);

    private final Server server;
    private final HealthStatusManager health;
    private final Settings.Stop stop;
    private final Tracing tracing;

    private GrpcServer(Server server, HealthStatusManager health, Settings.Stop stop, Tracing tracing) {
        this.server = server;
        this.health = health;
        this.stop = stop;
        this.tracing = tracing;
    }

    /// Listens.
    ///
    /// @throws IllegalArgumentException if a variable of OpenTelemetry is not valid; the message is for
    /// the user
    /// @throws UncheckedIOException if it cannot listen; the cause has Java's reason
    public static GrpcServer start(Settings settings, BindableService service) {
        var health = new HealthStatusManager();
        // off until the port is open, which is part of the program's name in traces
        var tracing = new AtomicReference<>(Tracing.OFF);
        health.setStatus(service.bindService().getServiceDescriptor().getName(), ServingStatus.SERVING);
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(settings.host(), settings.port()))
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .permitKeepAliveTime(PINGS.toSeconds(), TimeUnit.SECONDS)
                .intercept(new ServedCalls(tracing::get))
                .addService(service)
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .build();
        try {
            server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        try {
            tracing.set(settings.tracing().apply(server.getPort()));
        } catch (RuntimeException e) {
            server.shutdownNow();
            throw e;
        }
        LOG.info("listening on {}", IpAddress.withPort(settings.host(), server.getPort()));
        return new GrpcServer(server, health, settings.stop(), tracing.get());
    }

    /// The port that it listens on.
    public int port() {
        return server.getPort();
    }

    /// Deregisters, serves on for the grace, then accepts no more calls and waits for those in
    /// flight. Health is NOT_SERVING from the beginning.
    public void stop(Runnable deregister) {
        health.enterTerminalState();
        try {
            deregister.run();
            stop.serveOn();
            LOG.info("accepting no more calls");
            if (server.shutdown().awaitTermination(stop.drain().toNanos(), TimeUnit.NANOSECONDS)) {
                LOG.info("stopped, every call was answered");
            } else {
                server.shutdownNow();
                LOG.warn(
                        "stopped, calls that took longer than {} ms were cut off",
                        stop.drain().toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            tracing.close();
        }
    }
}
