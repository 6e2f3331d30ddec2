package dev.stringsvc.gateway.upstream;

import java.util.function.Supplier;

/// The balancers that the requests of a route share: one for first attempts, and one for retries and
/// hedges. With one balancer for both, retries could take an instance's turns in a round robin, so that
/// it gets no first attempts.
public record Balancers(Balancer first, Balancer again) {
    /// Two balancers of the same kind.
    public static Balancers of(Supplier<? extends Balancer> balancers) {
        return new Balancers(balancers.get(), balancers.get());
    }
}
