package dev.stringsvc.hotels.rpc;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.examples.rpc.ServiceChannel;
import dev.stringsvc.hotels.consul.ConsulDiscovery;
import io.grpc.Channel;
import java.util.ArrayList;
import java.util.List;

/// The services that a role calls, found in Consul.
public final class Services implements AutoCloseable {
    private final ConsulDiscovery discovery;
    private final List<ServiceChannel> channels = new ArrayList<>();

    /// Does not connect yet.
    public Services(ConsulSettings consul) {
        this.discovery = new ConsulDiscovery(consul);
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
        discovery.close();
    }
}
