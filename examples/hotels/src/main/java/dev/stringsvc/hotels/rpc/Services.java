package dev.stringsvc.hotels.rpc;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.examples.rpc.Discovery;
import dev.stringsvc.examples.rpc.ServiceChannel;
import dev.stringsvc.hotels.consul.ConsulDiscovery;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;

/// The services that a role calls.
public final class Services implements AutoCloseable {
    private final Discovery discovery;
    private final Runnable end;
    private final List<ServiceChannel> channels = new ArrayList<>();

    /// @param end closes what the discovery needs
    public Services(Discovery discovery, Runnable end) {
        this.discovery = discovery;
        this.end = end;
    }

    /// The services that are registered in Consul. Does not connect yet.
    public static Services in(ConsulSettings consul) {
        var discovery = new ConsulDiscovery(consul);
        return new Services(discovery, discovery::close);
    }

    /// A channel to all instances of a service. It stays open until this is closed.
    public Channel channel(String service) {
        var channel = new ServiceChannel(discovery, service);
        channels.add(channel);
        return channel.channel();
    }

    @Override
    public void close() {
        channels.forEach(ServiceChannel::close);
        end.run();
    }
}
