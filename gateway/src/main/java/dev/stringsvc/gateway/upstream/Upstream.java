package dev.stringsvc.gateway.upstream;

import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Unhealthy;
import dev.stringsvc.gateway.transport.Transport;
import dev.stringsvc.program.IpAddress;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One service and its endpoints. Events of discovery come from one thread; requests pick endpoints and
/// report results from any thread.
public final class Upstream implements Consumer<DiscoveryEvent> {
    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);

    private final String service;
    private final Transport.Factory transports;
    private final Ejection ejection;
    private final Guard guard;
    private final UpstreamListener listener;
    private final Clock clock;
    private final Set<Instance.Key> refused = new HashSet<>();
    private final Set<Endpoint> ejected = new HashSet<>();
    private final Set<Endpoint> draining = ConcurrentHashMap.newKeySet();
    /// The endpoints to pick from, replaced as a whole. An endpoint keeps its object, health and
    /// position as long as discovery lists its instance; new endpoints come last.
    private volatile Rotation rotation = Rotation.EMPTY;
    private volatile WatchState watch = WatchState.UNASKED;
    private volatile Map<Instance.Key, Unhealthy> unhealthy = Map.of();
    private volatile boolean believeNext;
    private volatile boolean retired;

    public Upstream(
            String service,
            Transport.Factory transports,
            Ejection ejection,
            Guard guard,
            UpstreamListener listener,
            Clock clock) {
        this.service = service;
        this.transports = transports;
        this.ejection = ejection;
        this.guard = guard;
        this.listener = listener;
        this.clock = clock;
    }

    public String service() {
        return service;
    }

    /// True if the instances are asked over HTTP/2.
    public boolean isHttp2() {
        return transports.isHttp2();
    }

    /// The endpoints that discovery lists, ejected or not, and suspects.
    public List<Endpoint> endpoints() {
        return current().all();
    }

    /// The instances of [#endpoints].
    public List<Instance> instances() {
        return endpoints().stream().map(Endpoint::instance).toList();
    }

    /// The endpoints that discovery dropped and that still have requests in flight.
    public List<Endpoint> draining() {
        forgetDrained();
        return List.copyOf(draining);
    }

    /// [#endpoints] and [#draining].
    public List<Endpoint> all() {
        List<Endpoint> all = new ArrayList<>(endpoints());
        all.addAll(draining());
        return all;
    }

    private void forgetDrained() {
        draining.removeIf(endpoint -> endpoint.inFlight() == 0);
    }

    /// The instances that discovery knows and does not call healthy.
    public Collection<Unhealthy> unhealthy() {
        return unhealthy.values();
    }

    /// What discovery says against an instance; `null` if it calls it healthy or does not know it.
    public @Nullable Unhealthy unhealthy(Instance.Key key) {
        return unhealthy.get(key);
    }

    public WatchState watch() {
        return watch;
    }

    /// True if so many endpoints fail that all are used.
    public boolean panic() {
        return current().panic();
    }

    /// The endpoints that take requests now.
    public List<Endpoint> taking() {
        return current().taking();
    }

    /// Picks the endpoint for a request's next attempt: one that the request has not tried, or any if it
    /// has tried all; empty if the service has no instance.
    ///
    /// @param balancers the balancers of the request's route
    public Optional<Endpoint> pick(List<Endpoint> tried, Balancers balancers) {
        List<Endpoint> taking = current().taking();
        if (taking.isEmpty()) {
            return Optional.empty();
        }
        if (tried.isEmpty()) {
            return Optional.of(balancers.first().pick(taking));
        }
        List<Endpoint> untried = new ArrayList<>(taking);
        untried.removeAll(tried);
        return Optional.of(balancers.again().pick(untried.isEmpty() ? taking : untried));
    }

    /// Picks an endpoint that the request has not tried, for a hedge; empty if there is none.
    ///
    /// @param wanted the endpoints that may be picked
    public Optional<Endpoint> pickUntried(List<Endpoint> tried, Balancers balancers, Predicate<Endpoint> wanted) {
        List<Endpoint> untried = new ArrayList<>(current().taking());
        untried.removeAll(tried);
        untried.removeIf(wanted.negate());
        return untried.isEmpty()
                ? Optional.empty()
                : Optional.of(balancers.again().pick(untried));
    }

    /// True if [#pickUntried] would find one.
    public boolean hasUntried(List<Endpoint> tried, Predicate<Endpoint> wanted) {
        return current().taking().stream().anyMatch(endpoint -> !tried.contains(endpoint) && wanted.test(endpoint));
    }

    /// True if an endpoint has been silent for far longer than the other endpoints take on average.
    /// False if none of them has responded yet, or all of them are silent too.
    boolean isSilent(Endpoint endpoint, Duration silent) {
        return ejection.slowFactor() <= 0
                || silent.toNanos()
                        >= ejection.slowFactor()
                                * Math.max(rotation.siblingsMeanNanos(endpoint), rotation.siblingsLeastNanos(endpoint));
    }

    /// True if there is an endpoint that the request has not tried.
    public boolean hasUntried(List<Endpoint> tried) {
        return !tried.containsAll(current().taking());
    }

    /// A permit to probe an ejected endpoint with a copy of a request; empty if no probe is due. In a
    /// panic there are no probes, since requests use ejected endpoints anyway.
    ///
    /// @param client by [ClientTag]
    public Optional<Endpoint.Permit> probe(int client) {
        return current().probe(endpoint -> true, client);
    }

    /// A permit to probe an ejected endpoint with the request itself; empty unless a probe has been due
    /// for long, as happens when no request may be copied.
    ///
    /// @param client by [ClientTag]
    public Optional<Endpoint.Permit> overdueProbe(int client) {
        return current().probe(Endpoint::overdue, client);
    }

    /// True if a response took far longer than the mean of the other endpoints.
    boolean isSlow(Endpoint endpoint, Duration took) {
        return ejection.slowFactor() > 0
                && took.compareTo(ejection.slowFloor()) > 0
                && took.toNanos() > ejection.slowFactor() * rotation.siblingsMeanNanos(endpoint);
    }

    /// The rotation, without suspects whose time is over.
    private Rotation current() {
        Rotation now = rotation;
        if (now.hasSuspects()) {
            List<Endpoint> over = now.heldUntil(clock.instant());
            if (!over.isEmpty()) {
                dismiss(over);
            }
            return rotation;
        }
        return now;
    }

    /// Makes the next snapshot replace the instances without doubt, since the service is now defined in
    /// another way.
    public void believeNext() {
        believeNext = true;
    }

    /// Ends the service, since no route names it any more. Requests in flight finish and may still
    /// retry. Later events are ignored.
    public synchronized void retire() {
        retired = true;
        LOG.info("{}: no route names this service any more", service);
        rotation.all().forEach(endpoint -> leave(endpoint, "no route names the service any more"));
    }

    @Override
    public void accept(DiscoveryEvent event) {
        if (retired) {
            return;
        }
        switch (event) {
            case DiscoveryEvent.Snapshot snapshot -> {
                boolean news = !watch.answered() || watch.remembered() || watch.error() != null;
                Map<Instance.Key, Unhealthy> known = new LinkedHashMap<>();
                snapshot.unhealthy().forEach(one -> known.put(one.key(), one));
                unhealthy = known;
                replace(snapshot.instances());
                watch = watch.answered(snapshot.index(), clock.instant());
                if (news) {
                    LOG.info(
                            "{}: discovery lists {} instances",
                            service,
                            snapshot.instances().size());
                }
            }
            case DiscoveryEvent.Remembered(var instances, var savedAt) -> {
                replace(instances);
                watch = watch.remembered(savedAt);
                LOG.warn(
                        "{}: using {} instances saved at {}, until discovery answers",
                        service,
                        instances.size(),
                        savedAt);
            }
            case DiscoveryEvent.Failure(String reason) -> {
                boolean news = watch.error() == null;
                watch = watch.failed(reason);
                if (news) {
                    LOG.warn(
                            "{}: discovery failed, still using {} known instances{}: {}",
                            service,
                            endpoints().size(),
                            watch.answered() ? ", as of " + watch.answeredAt() : "",
                            reason);
                }
            }
        }
        listener.watched(service, watch);
    }

    private synchronized void replace(List<Instance> instances) {
        if (retired) {
            return;
        }
        Map<Instance.Key, Instance> newcomers = new LinkedHashMap<>();
        instances.forEach(instance -> newcomers.put(instance.key(), instance));
        refused.retainAll(newcomers.keySet());
        forgetDrained();
        List<Endpoint> before = rotation.all();
        long confirmed = before.stream().filter(endpoint -> !endpoint.suspect()).count();
        boolean doubted = !believeNext && guard.doubts((int) confirmed, newcomers.size());
        believeNext = false;
        List<Endpoint> after = new ArrayList<>(newcomers.size());
        List<Endpoint> leavers = new ArrayList<>();
        List<Endpoint> suspects = new ArrayList<>();
        for (Endpoint endpoint : before) {
            @Nullable Instance instance = newcomers.remove(endpoint.instance().key());
            if (instance != null) {
                endpoint.confirm(instance);
                after.add(endpoint);
            } else if (endpoint.suspect()) {
                after.add(endpoint);
            } else if (doubted) {
                endpoint.suspect(clock.instant().plus(guard.hold()));
                suspects.add(endpoint);
                after.add(endpoint);
            } else {
                leavers.add(endpoint);
            }
        }
        List<Endpoint> joined = newcomers.values().stream()
                .map(this::open)
                .flatMap(Optional::stream)
                .toList();
        after.addAll(joined);
        if (!suspects.isEmpty()) {
            LOG.warn(
                    "{}: discovery lists only {} of {} instances; the {} others are still used while they respond, for {} ms",
                    service,
                    instances.size(),
                    confirmed,
                    suspects.size(),
                    guard.hold().toMillis());
        }
        rotate(after);
        leavers.forEach(endpoint -> leave(endpoint, dropped(endpoint)));
        suspects.forEach(endpoint -> listener.suspected(service, endpoint));
        joined.forEach(this::join);
    }

    /// Removes suspects.
    synchronized void dismiss(List<Endpoint> suspects) {
        if (retired) {
            return;
        }
        List<Endpoint> after = new ArrayList<>(rotation.all());
        List<Endpoint> leavers = new ArrayList<>(suspects);
        leavers.removeIf(suspect -> !suspect.suspect() || !after.remove(suspect));
        rotate(after);
        leavers.forEach(endpoint -> leave(endpoint, dropped(endpoint)));
    }

    /// Why discovery does not list an instance.
    private String dropped(Endpoint endpoint) {
        @Nullable Unhealthy opinion = unhealthy.get(endpoint.instance().key());
        return opinion == null ? "not registered any more" : opinion.description();
    }

    /// Called when an endpoint was ejected or is back.
    synchronized void healthChanged() {
        rotate(rotation.all());
    }

    private void rotate(List<Endpoint> all) {
        boolean panicked = rotation.panic();
        Rotation now = Rotation.of(List.copyOf(all), ejection);
        rotation = now;
        ejected.retainAll(all);
        for (Endpoint endpoint : all) {
            String id = endpoint.instance().id();
            if (endpoint.ejected() && ejected.add(endpoint)) {
                endpoint.ejectedAt(clock.instant());
                LOG.warn("{}: {} is ejected; its last failure: {}", service, id, endpoint.lastFailure());
                listener.ejected(service, endpoint);
            } else if (!endpoint.ejected() && ejected.remove(endpoint)) {
                endpoint.ejectedAt(null);
                LOG.info("{}: {} is back", service, id);
                listener.returned(service, endpoint);
            }
        }
        if (now.panic() != panicked) {
            listener.panicked(service, now.panic());
            LOG.warn(
                    now.panic()
                            ? "{}: panic: {} of {} instances fail, more than may be ejected, so all are used"
                            : "{}: panic is over: {} of {} instances fail",
                    service,
                    ejected.size(),
                    all.size());
        }
    }

    /// Empty if the address is invalid: such an instance is left out, and the others are used.
    private Optional<Endpoint> open(Instance instance) {
        try {
            Transport transport = transports.open(instance.host(), instance.port());
            return Optional.of(new Endpoint(this, instance, transport, new Circuit(ejection, clock), clock.instant()));
        } catch (IllegalArgumentException e) {
            if (refused.add(instance.key())) {
                LOG.warn("{}: {} is left out, its address is invalid: {}", service, instance.id(), e.getMessage());
            }
            return Optional.empty();
        }
    }

    private void join(Endpoint endpoint) {
        Instance instance = endpoint.instance();
        LOG.info("{}: {} joined at {}", service, instance.id(), IpAddress.withPort(instance.host(), instance.port()));
        listener.joined(service, endpoint);
    }

    private void leave(Endpoint endpoint, String why) {
        LOG.info("{}: {} left ({}), {} in flight", service, endpoint.instance().id(), why, endpoint.inFlight());
        draining.add(endpoint);
        endpoint.drain();
        listener.left(service, endpoint, why);
    }
}
