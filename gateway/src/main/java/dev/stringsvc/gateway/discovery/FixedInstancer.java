package dev.stringsvc.gateway.discovery;

import java.util.List;
import java.util.function.Consumer;

/// Reports a fixed list of instances, once.
public final class FixedInstancer implements Instancer {
    private final List<Instance> instances;

    public FixedInstancer(List<Instance> instances) {
        this.instances = List.copyOf(instances);
    }

    @Override
    public void watch(Consumer<DiscoveryEvent> listener) {
        listener.accept(new DiscoveryEvent.Snapshot(instances, 0));
    }

    @Override
    public void close() {}
}
