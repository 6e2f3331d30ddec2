package dev.stringsvc.gateway.discovery.consul;

import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instancer;
import dev.stringsvc.gateway.discovery.LeftOutLog;
import dev.stringsvc.gateway.discovery.Pace;
import java.util.List;
import java.util.function.Consumer;

/// Watches the instances of one service in Consul, with [BlockingQuery].
public final class ConsulInstancer implements Instancer {
    private final BlockingQuery<Listed> query;
    /// Used by the query's thread.
    private final LeftOutLog leftOut;

    /// @param tags that an instance must have, all of them
    public ConsulInstancer(ConsulClient client, String service, List<String> tags) {
        this(client, service, tags, Pace.real());
    }

    ConsulInstancer(ConsulClient client, String service, List<String> tags, Pace pace) {
        leftOut = new LeftOutLog(service);
        List<String> all = List.copyOf(tags);
        query = new BlockingQuery<>(service, index -> client.instances(service, all, index), Listed::isEmpty, pace);
    }

    @Override
    public void watch(Consumer<DiscoveryEvent> listener) {
        query.start(new BlockingQuery.Listener<>() {
            @Override
            public void answered(Listed found, long index) {
                leftOut.heard(found.leftOut());
                listener.accept(new DiscoveryEvent.Snapshot(found.instances(), found.unhealthy(), index));
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
