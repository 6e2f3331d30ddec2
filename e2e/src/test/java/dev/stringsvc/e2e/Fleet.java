package dev.stringsvc.e2e;

import dev.stringsvc.testkit.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Instances that fail on request and are registered in Consul, where their checks keep passing. A
/// gateway moves from one fleet to the next within a test class. Used by the test's thread.
final class Fleet implements AutoCloseable {
    private final Cluster cluster;
    private final List<FaultyInstance> instances = new ArrayList<>();
    private int started;

    Fleet(Cluster cluster) {
        this.cluster = cluster;
    }

    /// Replaces all instances by new ones that work, in steps as a deployment does.
    List<FaultyInstance> fresh(int size) {
        List<FaultyInstance> old = List.copyOf(instances);
        IntStream.range(0, size).forEach(_ -> add());
        old.forEach(this::remove);
        cluster.gateway().awaitActive(ids());
        return List.copyOf(instances);
    }

    /// Removes the newest instances until this number is left.
    void shrink(int size) {
        while (instances.size() > size) {
            remove(instances.getLast());
        }
        cluster.gateway().awaitActive(ids());
    }

    /// Adds an instance and does not wait for it.
    FaultyInstance add() {
        started++;
        var instance = FaultyInstance.start("instance-" + started);
        instances.add(instance);
        register(instance);
        return instance;
    }

    /// Registers all again, as stringsvc does after Consul has forgotten it.
    void register() {
        instances.forEach(this::register);
    }

    private void register(FaultyInstance instance) {
        cluster.consul().register(instance.id(), "stringsvc", "127.0.0.1", instance.port(), Health.PASSING);
    }

    /// Deregisters an instance, then stops it.
    void remove(FaultyInstance instance) {
        cluster.consul().deregister(instance.id());
        instances.remove(instance);
        cluster.gateway().awaitGone(instance.id());
        instance.close();
    }

    List<String> ids() {
        return instances.stream().map(FaultyInstance::id).toList();
    }

    @Override
    public void close() {
        instances.forEach(FaultyInstance::close);
    }
}
