package dev.stringsvc.gateway.discovery.consul;

import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instancer;
import dev.stringsvc.program.Label;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Watches the healthy instances of one service in Consul, with [BlockingQuery].
public final class ConsulInstancer implements Instancer {
    private static final Logger LOG = LoggerFactory.getLogger(ConsulInstancer.class);
    /// The log names at most this many of the entries that are newly left out.
    private static final int NAMED = 10;

    private final BlockingQuery<Listed> query;
    private final String service;
    /// Used by the query's thread.
    private Set<ConsulEntry.Read.Unusable> leftOut = Set.of();

    /// @param tags that an instance must have, all of them
    public ConsulInstancer(ConsulClient client, String service, List<String> tags) {
        this(client, service, tags, Pace.real());
    }

    ConsulInstancer(ConsulClient client, String service, List<String> tags, Pace pace) {
        this.service = service;
        List<String> all = List.copyOf(tags);
        query = new BlockingQuery<>(service, index -> client.healthy(service, all, index), Listed::isEmpty, pace);
    }

    @Override
    public void watch(Consumer<DiscoveryEvent> listener) {
        query.start(new BlockingQuery.Listener<>() {
            @Override
            public void answered(Listed found, long index) {
                logLeftOut(found.leftOut());
                listener.accept(new DiscoveryEvent.Snapshot(found.instances(), index));
            }

            @Override
            public void failed(String reason) {
                listener.accept(new DiscoveryEvent.Failure(reason));
            }
        });
    }

    /// Logs entries that are newly left out.
    private void logLeftOut(List<ConsulEntry.Read.Unusable> now) {
        Set<ConsulEntry.Read.Unusable> known = leftOut;
        leftOut = Set.copyOf(now);
        List<ConsulEntry.Read.Unusable> added =
                leftOut.stream().filter(one -> !known.contains(one)).toList();
        added.stream()
                .limit(NAMED)
                .forEach(one -> LOG.warn("{}: {} is left out, {}", Label.of(service), one.id(), one.reason()));
        if (added.size() > NAMED) {
            LOG.warn("{}: {} more are left out", Label.of(service), added.size() - NAMED);
        }
    }

    @Override
    public void close() {
        query.close();
    }
}
