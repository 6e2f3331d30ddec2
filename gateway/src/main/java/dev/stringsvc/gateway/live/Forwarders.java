package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.retry.AttemptListener;
import dev.stringsvc.gateway.retry.Bulkhead;
import dev.stringsvc.gateway.retry.Forwarder;
import dev.stringsvc.gateway.retry.RetryBudget;
import dev.stringsvc.gateway.retry.RetryPolicy;
import dev.stringsvc.gateway.retry.RouteContext;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.upstream.Upstream;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// Each route's forwarder, kept while the route stays as it is, and each service's budgets and bulkhead, kept while the
/// service is named. Used by one thread at a time.
public final class Forwarders {
    private final AttemptListener listener;
    private final ToIntFunction<GatewayConfig.Service> share;
    private final Map<Upstream, Bulkhead> bulkheads = new HashMap<>();
    private final Map<Upstream, RetryBudget> budgets = new HashMap<>();
    private final Map<Upstream, RetryBudget> hedges = new HashMap<>();
    private final Map<String, Kept> kept = new HashMap<>();
    private GatewayConfig.@Nullable Retry retry;

    private record Kept(Route route, Upstream upstream, Forwarder forwarder) {}

    /// @param share how many requests a service may hold at a time
    public Forwarders(AttemptListener listener, ToIntFunction<GatewayConfig.Service> share) {
        this.listener = listener;
        this.share = share;
    }

    /// The forwarders of these routes, by name; the others are forgotten.
    ///
    /// @param upstreams of those that forward
    /// @param definitions of their services
    Map<String, Forwarder> of(
            Iterable<Route> routes,
            Function<Route, @Nullable Upstream> upstreams,
            Map<String, GatewayConfig.Service> definitions,
            GatewayConfig.Retry how) {
        if (!how.equals(retry)) {
            retry = how;
            budgets.clear();
            hedges.clear();
            kept.clear();
        }
        var policy =
                new RetryPolicy(how.backoff(), () -> ThreadLocalRandom.current().nextDouble());
        Map<String, Kept> before = new HashMap<>(kept);
        kept.clear();
        Map<String, Forwarder> forwarders = new HashMap<>();
        Set<Upstream> used = new HashSet<>();
        for (Route route : routes) {
            @Nullable Upstream upstream = upstreams.apply(route);
            if (upstream != null && route.action() instanceof Action.Forward to) {
                @Nullable Kept last = before.get(route.name());
                bulkhead(upstream).limit(share.applyAsInt(Objects.requireNonNull(definitions.get(upstream.service()))));
                Kept next = last != null && last.route().equals(route) && last.upstream() == upstream
                        ? last
                        : new Kept(route, upstream, forwarder(route, to, upstream, policy, how));
                kept.put(route.name(), next);
                used.add(upstream);
                forwarders.put(route.name(), next.forwarder());
            }
        }
        bulkheads.keySet().retainAll(used);
        budgets.keySet().retainAll(used);
        hedges.keySet().retainAll(used);
        return forwarders;
    }

    private Forwarder forwarder(
            Route route, Action.Forward to, Upstream upstream, RetryPolicy policy, GatewayConfig.Retry how) {
        Bulkhead bulkhead = bulkhead(upstream);
        var budget = budgets.computeIfAbsent(
                upstream,
                one -> new RetryBudget(how.budgetRatio(), how.budgetFloor(), bulkhead::held, System::nanoTime));
        var copies = hedges.computeIfAbsent(
                upstream, one -> RetryBudget.ofHedges(how.hedgeRatio(), bulkhead::held, System::nanoTime));
        var context = new RouteContext(route, to, upstream, policy, budget, copies, listener, System::nanoTime);
        return new Forwarder(context, bulkhead);
    }

    private Bulkhead bulkhead(Upstream upstream) {
        return bulkheads.computeIfAbsent(upstream, one -> new Bulkhead());
    }
}
