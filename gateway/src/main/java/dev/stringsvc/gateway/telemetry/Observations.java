package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.gateway.live.Live;
import dev.stringsvc.gateway.live.LiveListener;
import dev.stringsvc.gateway.telemetry.EventLog.Kind;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Upstream;
import dev.stringsvc.gateway.upstream.UpstreamListener;
import dev.stringsvc.gateway.upstream.WatchState;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What the admin port tells of the recent past: changes, requests worth a look, and traffic. Thread-safe.
public final class Observations implements Exchange.Listener, UpstreamListener, LiveListener {
    private final EventLog events;
    private final RequestHistory requests;
    private final Traffic traffic;
    /// Services whose discovery fails.
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Supplier<Live> live;

    /// @param present true if discovery lists an instance of a service
    Observations(Clock clock, BiPredicate<String, String> present) {
        this.events = new EventLog(clock);
        this.requests = new RequestHistory(clock, this::candidates);
        this.traffic = new Traffic(clock::millis, present);
    }

    void live(Supplier<Live> live) {
        this.live = live;
    }

    public EventLog events() {
        return events;
    }

    public RequestHistory requests() {
        return requests;
    }

    public Traffic traffic() {
        return traffic;
    }

    private List<RequestHistory.Candidate> candidates(String service) {
        @Nullable Supplier<Live> known = live;
        return Optional.ofNullable(known).flatMap(now -> now.get().upstream(service)).stream()
                .flatMap(upstream -> upstream.all().stream())
                .limit(RequestHistory.MOST_CANDIDATES)
                .map(one -> new RequestHistory.Candidate(one.id(), one.state().word(), one.inFlight()))
                .toList();
    }

    @Override
    public void finished(Exchange exchange) {
        traffic.finished(exchange);
        requests.finished(exchange);
    }

    @Override
    public void joined(String service, Endpoint endpoint) {
        events.add(Kind.JOINED, service, endpoint.id(), null);
    }

    @Override
    public void left(String service, Endpoint endpoint, String why) {
        events.add(Kind.LEFT, service, endpoint.id(), why);
        traffic.forgetDeparted();
    }

    @Override
    public void suspected(String service, Endpoint endpoint) {
        events.add(Kind.SUSPECT, service, endpoint.id(), "discovery lists too few of the instances to be believed");
    }

    @Override
    public void ejected(String service, Endpoint endpoint) {
        events.add(Kind.EJECTED, service, endpoint.id(), endpoint.lastFailure());
    }

    @Override
    public void returned(String service, Endpoint endpoint) {
        events.add(Kind.RETURNED, service, endpoint.id(), null);
    }

    @Override
    public void panicked(String service, boolean panic) {
        events.add(panic ? Kind.PANIC : Kind.PANIC_OVER, service, null, null);
    }

    @Override
    public void watched(String service, WatchState state) {
        if (state.error() != null) {
            if (failing.add(service)) {
                events.add(Kind.WATCH_FAILED, service, null, state.error());
            }
        } else if (failing.remove(service)) {
            events.add(Kind.WATCH_BACK, service, null, null);
        }
    }

    @Override
    public void routesGone(Collection<String> names) {
        traffic.routesGone(names);
    }

    @Override
    public void retired(Upstream upstream) {
        failing.remove(upstream.service());
        events.add(Kind.RETIRED, upstream.service(), null, null);
    }

    @Override
    public void reloaded(String changes) {
        events.add(Kind.RELOADED, null, null, changes);
    }

    @Override
    public void reloadRefused(String why) {
        events.add(Kind.RELOAD_REFUSED, null, null, why);
    }

    @Override
    public void quarantined(String service, String route, String reason) {
        events.add(Kind.QUARANTINED, service, route, reason);
    }
}
