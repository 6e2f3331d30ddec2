package dev.stringsvc.gateway.discovery.consul;

import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Instancer;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Watches one service by blocking queries, on a virtual thread of its own.
///
/// The index of an answer goes into the next query, which Consul then holds until it has something newer. An
/// index that fell (Consul was restored or restarted) or is 0 is not waited for: Consul is asked each second or
/// two until its index stands. A failure begins anew too: a query with an index from before would be held although
/// there is news. Whatever Consul does, [Pace] keeps the queries apart.
///
/// What a server says that knows no leader may be old: it is a failure, and what is known stands. Only where no server
/// with a leader has answered yet it is better than nothing, as far as it names instances.
public final class ConsulInstancer implements Instancer {
    private static final Logger LOG = LoggerFactory.getLogger(ConsulInstancer.class);

    private final ConsulClient client;
    private final String service;
    private final List<String> tags;
    private final Pace pace;
    private volatile boolean closed;
    private @Nullable Thread thread;
    /// What is known, of which leader or none; used by the thread.
    private boolean led;
    private List<Instance> unled = List.of();

    /// @param tags an instance must have all of them
    public ConsulInstancer(ConsulClient client, String service, List<String> tags) {
        this(client, service, tags, Pace.real());
    }

    ConsulInstancer(ConsulClient client, String service, List<String> tags, Pace pace) {
        this.client = client;
        this.service = service;
        this.tags = List.copyOf(tags);
        this.pace = pace;
    }

    @Override
    public synchronized void watch(Consumer<DiscoveryEvent> listener) {
        thread = Thread.ofVirtual().name("watch-" + service).start(() -> run(listener));
    }

    private void run(Consumer<DiscoveryEvent> listener) {
        try {
            loop(listener);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop(Consumer<DiscoveryEvent> listener) throws InterruptedException {
        long index = 0;
        int failures = 0;
        long last = 0;
        while (!closed) {
            pace.beforeQuery();
            try {
                ConsulClient.Answer answer = client.healthy(service, tags, index);
                if (!answer.led()) {
                    takeAtNeed(listener, answer);
                    throw new QueryFailedException("Consul knows no leader, what it lists may be old");
                }
                led = true;
                boolean stands = answer.index() > 0 && answer.index() >= last;
                last = answer.index();
                index = stands ? last : 0;
                failures = 0;
                deliver(listener, new DiscoveryEvent.Snapshot(answer.instances(), answer.index()));
                if (!stands) {
                    pace.afterFailure(1);
                }
            } catch (QueryFailedException e) {
                index = 0;
                last = 0;
                failures++;
                deliver(listener, new DiscoveryEvent.Failure(String.valueOf(e.getMessage())));
                pace.afterFailure(failures);
            }
        }
    }

    private void takeAtNeed(Consumer<DiscoveryEvent> listener, ConsulClient.Answer answer) {
        List<Instance> instances = answer.instances();
        if (!led && !instances.isEmpty() && !instances.equals(unled)) {
            unled = instances;
            deliver(listener, new DiscoveryEvent.Snapshot(instances, answer.index()));
        }
    }

    private void deliver(Consumer<DiscoveryEvent> listener, DiscoveryEvent event) {
        if (closed) {
            return;
        }
        try {
            listener.accept(event);
        } catch (Throwable e) {
            LOG.error("{}: a listener failed; the watch goes on", service, e);
        }
    }

    /// Interrupting a virtual thread closes the socket it waits on: the query in flight ends at once.
    @Override
    public synchronized void close() {
        closed = true;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
