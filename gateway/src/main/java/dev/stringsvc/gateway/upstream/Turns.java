package dev.stringsvc.gateway.upstream;

import java.util.function.Supplier;

/// Who picks for a request: one balancer for its first attempt and one for the others, so that retries
/// do not take the turns of first attempts and leave an instance without any. Requests of one route
/// share them.
public record Turns(Balancer first, Balancer again) {
    /// Two balancers of one kind.
    public static Turns of(Supplier<? extends Balancer> balancers) {
        return new Turns(balancers.get(), balancers.get());
    }
}
