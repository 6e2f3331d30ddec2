package dev.stringsvc.gateway.upstream;

import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.transport.Transport;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One service: the endpoints that may be used now, and whose turn it is.
///
/// Discovery's events come from one thread; requests pick from any number. The list they pick from is immutable and
/// replaced as a whole; endpoints whose instance stays keep their object and their place, newcomers come last.
public final class Upstream implements Consumer<DiscoveryEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

    private final String service;
    private final Transport.Factory transports;
    private final UpstreamListener listener;
    private final Clock clock;
    private final Balancer first;
    private final Balancer again;
    private final Set<Instance.Key> refused = new HashSet<>();
    private final Set<Endpoint> draining = ConcurrentHashMap.newKeySet();
    private volatile List<Endpoint> endpoints = List.of();
    private volatile WatchState watch = WatchState.UNASKED;

    /// @param balancers makes two: one for first attempts and one for the others, so that retries do not take the turns
    /// of first attempts and leave an instance without any
    public Upstream(
            String service,
            Transport.Factory transports,
            Supplier<Balancer> balancers,
            UpstreamListener listener,
            Clock clock) {
        this.service = service;
        this.transports = transports;
        this.listener = listener;
        this.clock = clock;
        this.first = balancers.get();
        this.again = balancers.get();
    }

    public String service() {
        return service;
    }

    /// What may be used now.
    public List<Endpoint> endpoints() {
        return endpoints;
    }

    /// What has left and still has requests in flight.
    public List<Endpoint> draining() {
        forgetDrained();
        return List.copyOf(draining);
    }

    private void forgetDrained() {
        draining.removeIf(endpoint -> endpoint.inFlight() == 0);
    }

    public WatchState watch() {
        return watch;
    }

    /// The endpoint for a request's next attempt: one it has not tried while there is one, else any; empty when the
    /// service has no instance.
    public Optional<Endpoint> pick(List<Endpoint> tried) {
        List<Endpoint> all = endpoints;
        if (all.isEmpty()) {
            return Optional.empty();
        }
        if (tried.isEmpty()) {
            return Optional.of(first.pick(all));
        }
        List<Endpoint> untried = new ArrayList<>(all);
        untried.removeAll(tried);
        return Optional.of(again.pick(untried.isEmpty() ? all : untried));
    }

    /// Whether there is an endpoint that is not among those tried.
    public boolean hasUntried(List<Endpoint> tried) {
        return !tried.containsAll(endpoints);
    }

    @Override
    public void accept(DiscoveryEvent event) {
        switch (event) {
            case DiscoveryEvent.Snapshot snapshot -> {
                boolean news = !watch.answered() || watch.remembered() || watch.error() != null;
                replace(snapshot.instances());
                watch = watch.answered(snapshot.index(), clock.instant());
                if (news) {
                    LOG.info("{}: discovery answers, {} instances", service, endpoints.size());
                }
            }
            case DiscoveryEvent.Remembered(var instances, var savedAt) -> {
                replace(instances);
                watch = watch.remembered(savedAt);
                LOG.warn(
                        "{}: going on with {} instances as they were known at {}, until discovery answers",
                        service,
                        endpoints.size(),
                        savedAt);
            }
            case DiscoveryEvent.Failure(String reason) -> {
                boolean news = watch.error() == null;
                watch = watch.failed(reason);
                if (news) {
                    LOG.warn(
                            "{}: discovery failed, going on with {} known instances: {}",
                            service,
                            endpoints.size(),
                            reason);
                }
            }
        }
        listener.watched(service, watch);
    }

    private void replace(List<Instance> instances) {
        Map<Instance.Key, Instance> newcomers = new LinkedHashMap<>();
        instances.forEach(instance -> newcomers.put(instance.key(), instance));
        refused.retainAll(newcomers.keySet());
        forgetDrained();
        List<Endpoint> after = new ArrayList<>(newcomers.size());
        List<Endpoint> leavers = new ArrayList<>();
        for (Endpoint endpoint : endpoints) {
            @Nullable Instance instance = newcomers.remove(endpoint.instance().key());
            if (instance == null) {
                leavers.add(endpoint);
            } else {
                endpoint.update(instance);
                after.add(endpoint);
            }
        }
        List<Endpoint> joined = newcomers.values().stream()
                .map(this::open)
                .flatMap(Optional::stream)
                .toList();
        after.addAll(joined);
        endpoints = List.copyOf(after);
        leavers.forEach(this::leave);
        joined.forEach(this::join);
    }

    /// One instance that cannot be is left out, and does not keep the others from being used.
    private Optional<Endpoint> open(Instance instance) {
        try {
            Transport transport = transports.open(instance.host(), instance.port());
            return Optional.of(new Endpoint(instance, transport, clock.instant()));
        } catch (IllegalArgumentException e) {
            if (refused.add(instance.key())) {
                LOG.warn("{}: {} is left out, its address cannot be: {}", service, instance.id(), e.getMessage());
            }
            return Optional.empty();
        }
    }

    private void join(Endpoint endpoint) {
        Instance instance = endpoint.instance();
        LOG.info("{}: {} joined at {}:{}", service, instance.id(), instance.host(), instance.port());
        listener.joined(service, endpoint);
    }

    private void leave(Endpoint endpoint) {
        LOG.info("{}: {} left, {} in flight", service, endpoint.instance().id(), endpoint.inFlight());
        draining.add(endpoint);
        endpoint.drain();
        listener.left(service, endpoint);
    }
}
