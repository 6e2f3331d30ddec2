package dev.stringsvc.gateway.discovery;

import java.util.List;
import java.util.function.Consumer;

/// Instances that are known beforehand and never change.
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
