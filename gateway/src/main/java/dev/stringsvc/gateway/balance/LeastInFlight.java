package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.upstream.Balancer;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntUnaryOperator;

/// Of two candidates drawn at random, picks the one with fewer requests in flight. Two draws keep the
/// load far more even than one; and unlike always picking the least busy, simultaneous requests do not
/// all pick the same one. Thread-safe if `random` is.
public final class LeastInFlight implements Balancer {
    private final IntUnaryOperator random;

    public LeastInFlight() {
        this(bound -> ThreadLocalRandom.current().nextInt(bound));
    }

    /// @param random returns a number from 0 (inclusive) to its argument (exclusive), all equally
    /// likely
    public LeastInFlight(IntUnaryOperator random) {
        this.random = random;
    }

    @Override
    public Endpoint pick(List<Endpoint> candidates) {
        int count = candidates.size();
        if (count == 1) {
            return candidates.getFirst();
        }
        int one = random.applyAsInt(count);
        int another = random.applyAsInt(count - 1);
        Endpoint drawn = candidates.get(one);
        Endpoint rival = candidates.get(another < one ? another : another + 1);
        return rival.inFlight() < drawn.inFlight() ? rival : drawn;
    }
}
