package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.upstream.Balancer;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Picks each candidate in turn. While the candidates stay the same, any n picks in a row, by any
/// number of threads, give each of n candidates one. When their number changes, one candidate may be
/// skipped or picked twice.
public final class RoundRobin implements Balancer {
    private final AtomicLong turn = new AtomicLong();

    @Override
    public Endpoint pick(List<Endpoint> candidates) {
        return at(turn.getAndIncrement(), candidates);
    }

    @Override
    public Endpoint peek(List<Endpoint> candidates) {
        return at(turn.get(), candidates);
    }

    private static Endpoint at(long turn, List<Endpoint> candidates) {
        return candidates.get((int) Math.floorMod(turn, (long) candidates.size()));
    }
}
