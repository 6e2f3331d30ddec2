package dev.stringsvc.hotels;

import dev.stringsvc.examples.rpc.Discovery;
import dev.stringsvc.hotels.rpc.Services;
import dev.stringsvc.program.HostPort;
import io.grpc.BindableService;
import io.grpc.Server;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Servers on free ports of the loopback, and a registry that lists them.
public final class Scripted implements Discovery, AutoCloseable {
    private final Map<String, Server> servers = new HashMap<>();

    /// Starts the only instance of a service.
    public void serve(String name, BindableService service, ServerInterceptor... interceptors) throws IOException {
        servers.put(
                name,
                NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .addService(ServerInterceptors.intercept(service, interceptors))
                        .build()
                        .start());
    }

    /// The registry does not list this service any more.
    public void forget(String name) {
        Optional.ofNullable(servers.remove(name)).ifPresent(Server::shutdownNow);
    }

    public Services services() {
        return new Services(this, () -> {});
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public Watch watch(String service, Listener listener) {
        Server server = servers.get(service);
        listener.found(server == null ? List.of() : List.of(new HostPort("127.0.0.1", server.getPort())));
        return () -> {};
    }

    @Override
    public void close() {
        servers.values().forEach(Server::shutdownNow);
    }
}
