package dev.stringsvc.bench;

import dev.stringsvc.testkit.ConsulAgent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/// The instances, their Consul, and the programs in front of them.
final class Cluster implements AutoCloseable {
    private final Path dir;
    private final Backends backends;
    private final ConsulAgent consul;
    private final List<Proxy> proxies = new ArrayList<>();
    /// Everything that was started, the last one first.
    private final Deque<AutoCloseable> running = new ArrayDeque<>();

    private Cluster(Path dir, Backends backends) {
        this.dir = dir;
        this.backends = backends;
        running.push(backends);
        consul = ConsulAgent.start();
        running.push(consul);
        backends.register(consul);
    }

    /// Starts the instances and Consul.
    static Cluster start(Path dir, int instances, String nginx) throws IOException {
        Path own = dir.resolve(instances + "-instances");
        return new Cluster(own, Backends.start(instances, Files.createDirectories(own.resolve("instances")), nginx));
    }

    /// The same for a gRPC service.
    static Cluster startGrpc(Path dir, int instances, String nginx) throws IOException {
        Path own = dir.resolve("grpc");
        return new Cluster(
                own, Backends.startGrpc(instances, Files.createDirectories(own.resolve("instances")), nginx));
    }

    /// The number of calls that the instances of the gRPC service counted.
    long calls() throws IOException {
        return backends.calls();
    }

    /// Starts the program, measures how long that takes, and stops it.
    Duration startUp(Peer peer) throws IOException {
        try (Proxy proxy = start(peer)) {
            return proxy.startUp();
        }
    }

    /// Starts all programs. They run until the cluster is closed.
    void startAll(List<Peer> peers) throws IOException {
        for (Peer peer : peers) {
            Proxy proxy = start(peer);
            running.push(proxy);
            proxies.add(proxy);
        }
    }

    private Proxy start(Peer peer) throws IOException {
        Path own = dir.resolve(peer.name().replace(' ', '-'));
        return Proxy.start(peer, own, backends.ports(), consul.address());
    }

    List<Proxy> proxies() {
        return proxies;
    }

    @Override
    public void close() {
        while (!running.isEmpty()) {
            try {
                running.pop().close();
            } catch (Exception e) {
                Progress.say("a program could not be stopped: " + e);
            }
        }
    }
}
