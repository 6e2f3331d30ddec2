package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.upstream.Balancer;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Hash;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Picks the same endpoint for the same key, unless it has left or is far busier than the others.
///
/// Each key orders all endpoints by a hash of both (rendezvous hashing) and takes the first candidate.
/// The keys of an endpoint that leaves are spread over the others; a new endpoint takes a share from
/// each; every other key stays. The order depends only on the key and the instances' ids, hosts and
/// ports, so all gateways agree, also after a restart.
///
/// A candidate may have at most a quarter more requests in flight than the mean, rounded up, counting
/// this request; beyond that the request goes to the next candidate in its key's order (consistent
/// hashing with bounded loads). So a hot key spreads over as many endpoints as it needs. Up to [#FEW]
/// in flight are always allowed; otherwise, with little traffic, a single other request would move a
/// key away. Picks at the same instant may exceed the bound.
public final class ConsistentHash implements Balancer {
    /// A client's previous request may still count as in flight when its next one arrives.
    static final int FEW = 3;

    private final long key;

    /// @param key of the request
    public ConsistentHash(String key) {
        this.key = Hash.of(key);
    }

    @Override
    public Endpoint pick(List<Endpoint> candidates) {
        long inFlight = 1;
        for (Endpoint candidate : candidates) {
            inFlight += candidate.inFlight();
        }
        long most = Math.max(FEW, Math.ceilDiv(5 * inFlight, 4L * candidates.size()));
        @Nullable Endpoint first = null;
        @Nullable Endpoint free = null;
        long best = 0;
        long bestFree = 0;
        for (Endpoint candidate : candidates) {
            long rank = Hash.of(key, candidate.hash());
            if (first == null || rank > best) {
                first = candidate;
                best = rank;
            }
            if (candidate.inFlight() < most && (free == null || rank > bestFree)) {
                free = candidate;
                bestFree = rank;
            }
        }
        // all exceed the bound only if requests arrived between the count and this loop
        return free != null ? free : Objects.requireNonNull(first);
    }
}
