package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.route.Balancing;
import dev.stringsvc.gateway.route.Canary;
import dev.stringsvc.gateway.upstream.Balancers;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Chooses the balancers of a request. Each route has its own balance, which also keeps the state of
/// round robin. Thread-safe.
@FunctionalInterface
public interface Balance {
    /// Must be called once per request.
    Balancers balancers(UpstreamRequest request);

    /// The endpoint that a request's first attempt would get now. Changes nothing.
    default Endpoint peek(UpstreamRequest request, List<Endpoint> candidates) {
        return balancers(request).first().peek(candidates);
    }

    /// @param canary `null` if the route has no canary
    static Balance of(Balancing balancing, @Nullable Canary canary) {
        return canary == null ? of(balancing) : new CanaryBalance(canary, of(balancing), of(balancing));
    }

    private static Balance of(Balancing balancing) {
        return switch (balancing) {
            case Balancing.RoundRobin() -> always(Balancers.of(RoundRobin::new));
            case Balancing.Weighted() -> always(Balancers.of(WeightedRoundRobin::new));
            case Balancing.LeastInFlight() -> always(Balancers.of(LeastInFlight::new));
            case Balancing.ConsistentHash(var key) -> new KeyedBalance(key);
        };
    }

    private static Balance always(Balancers balancers) {
        return request -> balancers;
    }
}
