package dev.stringsvc.gateway.discovery.consul;

import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Instancer;
import java.util.List;
import java.util.function.Consumer;

/// Watches the instances of one service that Consul calls healthy, by [BlockingQuery].
public final class ConsulInstancer implements Instancer {
    private final BlockingQuery<List<Instance>> query;

    /// @param tags an instance must have all of them
    public ConsulInstancer(ConsulClient client, String service, List<String> tags) {
        this(client, service, tags, Pace.real());
    }

    ConsulInstancer(ConsulClient client, String service, List<String> tags, Pace pace) {
        List<String> all = List.copyOf(tags);
        query = new BlockingQuery<>(service, index -> client.healthy(service, all, index), List::isEmpty, pace);
    }

    @Override
    public void watch(Consumer<DiscoveryEvent> listener) {
        query.start(new BlockingQuery.Listener<>() {
            @Override
            public void answered(List<Instance> found, long index) {
                listener.accept(new DiscoveryEvent.Snapshot(found, index));
            }

            @Override
            public void failed(String reason) {
                listener.accept(new DiscoveryEvent.Failure(reason));
            }
        });
    }

    @Override
    public void close() {
        query.close();
    }
}
