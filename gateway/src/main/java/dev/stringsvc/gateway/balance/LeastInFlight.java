package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.upstream.Balancer;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntUnaryOperator;

/// Of two candidates drawn at random, the one with fewer requests in flight. Two are enough: the
/// busiest of many is far less busy than if one were drawn, and unlike the least busy of all, the one
/// picked is not the same for all who ask in the same moment. Thread-safe where `random` is.
public final class LeastInFlight implements Balancer {
    private final IntUnaryOperator random;

    public LeastInFlight() {
        this(bound -> ThreadLocalRandom.current().nextInt(bound));
    }

    /// @param random a number from 0 to less than what it is given, each as likely
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
