package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.upstream.Balancer;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Hash;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// The same candidate for the same key, while it is there and has not far more to do than the others.
///
/// A key has an order of its own among all endpoints there may be, by a hash of both (rendezvous
/// hashing), and takes the first candidate in it. An endpoint that leaves has its keys spread over the
/// others, and one that comes takes its share from all; every other key stays where it is. The order
/// depends on nothing but the key and the instances' ids, hosts and ports: each gateway has the same,
/// and the next run of it too.
///
/// No candidate has more in flight than a quarter more than the mean, rounded up, the request that
/// comes included: from such a one a request goes to the next in its key's order (consistent hashing
/// with bounded loads). A hot key thus spreads over as many as it needs. Up to [#FEW] in flight are
/// never too many: where little is asked, a key would leave its endpoint for a single other request
/// there. The bound may be exceeded by as many as are picked in the same instant.
public final class ConsistentHash implements Balancer {
    /// A client's last request may still count when its next one is here.
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
        // none is free only where requests came to all between the two looks at them
        return free != null ? free : Objects.requireNonNull(first);
    }
}
