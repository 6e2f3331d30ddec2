package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.upstream.Balancer;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Each candidate in turn. While the candidates stay the same, any n picks in a row, by however many threads, give each
/// of n candidates one. When their number changes the count goes on instead of beginning anew; at the moment of change
/// one may be passed over or come twice.
public final class RoundRobin implements Balancer {
    private final AtomicLong turn = new AtomicLong();

    @Override
    public Endpoint pick(List<Endpoint> candidates) {
        return candidates.get((int) Math.floorMod(turn.getAndIncrement(), (long) candidates.size()));
    }
}
