package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.route.Canary;
import dev.stringsvc.gateway.upstream.Balancer;
import dev.stringsvc.gateway.upstream.Balancers;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Splits requests and endpoints into canaries and others. Each side has a balance of its own, so that
/// one side's requests do not disturb the other's round robin. A request stays on its side while that
/// has an endpoint that was not tried, and then crosses over.
///
/// The share is counted, not drawn at random: of any n requests in a row the number of canaries is
/// exact to within one.
final class CanaryBalance implements Balance {
    private static final long PARTS_PER_PERCENT = 10_000;
    private static final long ALL_PARTS = 100 * PARTS_PER_PERCENT;

    private final Canary canary;
    private final Balance canaries;
    private final Balance others;
    private final long share;
    private final AtomicLong counted = new AtomicLong();
    private final Parting first;
    private final Parting again;

    CanaryBalance(Canary canary, Balance canaries, Balance others) {
        this.canary = canary;
        this.canaries = canaries;
        this.others = others;
        this.share = canary.percent() == null ? 0 : Math.round(canary.percent() * PARTS_PER_PERCENT);
        this.first = new Parting(canary);
        this.again = new Parting(canary);
    }

    @Override
    public Balancers balancers(UpstreamRequest request) {
        boolean chosen = isCanary(request);
        Balance own = chosen ? canaries : others;
        Balance other = chosen ? others : canaries;
        Balancers balancers = own.balancers(request);
        return new Balancers(
                onSide(
                        chosen,
                        first,
                        balancers.first(),
                        () -> other.balancers(request).first()),
                onSide(
                        chosen,
                        again,
                        balancers.again(),
                        () -> other.balancers(request).again()));
    }

    @Override
    public Endpoint peek(UpstreamRequest request, List<Endpoint> candidates) {
        boolean chosen = bearsHeader(request) || (share > 0 && isCanary(counted.get()));
        Sides sides = first.of(candidates);
        boolean side = sides.of(chosen).isEmpty() ? !chosen : chosen;
        return (side ? canaries : others).peek(request, sides.of(side));
    }

    private boolean isCanary(UpstreamRequest request) {
        return bearsHeader(request) || (share > 0 && isCanary(counted.getAndIncrement()));
    }

    private boolean bearsHeader(UpstreamRequest request) {
        Canary.@Nullable Header header = canary.header();
        if (header != null) {
            for (String value : request.headers().all(header.name())) {
                if (header.accepts(value)) {
                    return true;
                }
            }
        }
        return false;
    }

    /// True if the request of this number must be a canary to keep the share.
    private boolean isCanary(long number) {
        long before = Math.floorMod(number, ALL_PARTS) * share % ALL_PARTS;
        return before + share >= ALL_PARTS;
    }

    private static Balancer onSide(boolean chosen, Parting parting, Balancer own, Supplier<Balancer> other) {
        return candidates -> {
            Sides sides = parting.of(candidates);
            List<Endpoint> side = sides.of(chosen);
            return side.isEmpty() ? other.get().pick(sides.of(!chosen)) : own.pick(side);
        };
    }

    private record Sides(List<Endpoint> candidates, List<Endpoint> canaries, List<Endpoint> others) {
        List<Endpoint> of(boolean chosen) {
            return chosen ? canaries : others;
        }
    }

    /// Splits candidates and keeps the result while they stay the same. Further attempts have other
    /// candidates each time, so they use a split of their own.
    private static final class Parting {
        private final Canary canary;
        private volatile Sides last = new Sides(List.of(), List.of(), List.of());

        Parting(Canary canary) {
            this.canary = canary;
        }

        @SuppressWarnings("ReferenceEquality") // an equal list may hold the same endpoints with other tags
        Sides of(List<Endpoint> candidates) {
            Sides now = last;
            if (now.candidates != candidates) {
                now = parted(candidates);
                last = now;
            }
            return now;
        }

        private Sides parted(List<Endpoint> candidates) {
            List<Endpoint> canaries = new ArrayList<>(candidates.size());
            List<Endpoint> others = new ArrayList<>(candidates.size());
            for (Endpoint candidate : candidates) {
                (candidate.has(canary.tag(), canary.meta()) ? canaries : others).add(candidate);
            }
            return new Sides(candidates, canaries, others);
        }
    }
}
