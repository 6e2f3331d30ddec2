package dev.stringsvc.gateway;

import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.config.ConfigException;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A gateway in front of gRPC servers, with a channel of a real gRPC client to it. The route takes every
/// path.
final class GrpcFixture implements AutoCloseable {
    private final Path file;
    private final GatewayFixture gateway;
    private final ManagedChannel channel;

    /// @param route further lines of the route
    static GrpcFixture over(String route, GrpcServer... servers) throws IOException, ConfigException {
        return to(route, Stream.of(servers).map(GrpcServer::address).toList());
    }

    /// @param addresses of the instances
    static GrpcFixture to(String route, List<String> addresses) throws IOException, ConfigException {
        return of(route, "{}", addresses);
    }

    /// @param traces the section of the configuration
    static GrpcFixture traced(String traces, GrpcServer... servers) throws IOException, ConfigException {
        return of("", traces, Stream.of(servers).map(GrpcServer::address).toList());
    }

    private static GrpcFixture of(String route, String traces, List<String> addresses)
            throws IOException, ConfigException {
        Path file = Files.createTempFile("grpc", ".yaml");
        Files.writeString(file, """
                traces: %s
                services:
                  svc:
                    protocol: h2c
                    instances: [%s]
                routes:
                - {name: r, path: /, service: svc, deadline: 20s, attempt-timeout: 10s%s}
                """.formatted(
                        traces,
                        addresses.stream().map(address -> '"' + address + '"').collect(Collectors.joining(", ")),
                        route.isEmpty() ? "" : ", " + route));
        return new GrpcFixture(file);
    }

    private GrpcFixture(Path file) throws ConfigException {
        this.file = file;
        this.gateway = GatewayFixture.of(file);
        this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port())
                .usePlaintext()
                .build();
    }

    int port() {
        return gateway.gateway().port();
    }

    GatewayFixture gateway() {
        return gateway;
    }

    ManagedChannel channel() {
        return channel;
    }

    /// Makes a unary call.
    ///
    /// @throws StatusRuntimeException where its status is not OK
    String unary(String message) {
        return unary(GrpcServer.UNARY, message);
    }

    String unary(MethodDescriptor<String, String> method, String message) {
        return ClientCalls.blockingUnaryCall(
                channel, method, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), message);
    }

    @Override
    public void close() throws IOException {
        channel.shutdownNow();
        await().until(channel::isTerminated);
        gateway.close();
        Files.delete(file);
    }
}
