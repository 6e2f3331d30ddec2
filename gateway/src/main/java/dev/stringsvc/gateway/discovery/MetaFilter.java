package dev.stringsvc.gateway.discovery;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Passes on only the instances that have all of the given meta.
public final class MetaFilter implements Instancer {
    private final Instancer source;
    private final Map<String, String> meta;

    public MetaFilter(Instancer source, Map<String, String> meta) {
        this.source = source;
        this.meta = Map.copyOf(meta);
    }

    @Override
    public void watch(Consumer<DiscoveryEvent> listener) {
        source.watch(event -> listener.accept(event.map(this::only)));
    }

    private List<Instance> only(List<Instance> instances) {
        return instances.stream()
                .filter(instance -> instance.meta().entrySet().containsAll(meta.entrySet()))
                .toList();
    }

    @Override
    public void close() {
        source.close();
    }
}
