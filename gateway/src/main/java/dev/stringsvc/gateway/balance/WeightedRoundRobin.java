package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.upstream.Balancer;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Each candidate in turn, in proportion to its weight. While candidates and weights stay the same, any
/// S picks in a row, by however many threads, give each exactly as many as its weight, where S is the
/// sum of all weights, divided by what divides them all. A weight of 0 gets nothing, unless all are 0:
/// then all are alike.
///
/// The candidates share a circle of S places, each as many neighbouring ones as its weight. A turn goes
/// from the place of the turn before to the one that is a golden section of the circle further: that
/// comes to each place once in S turns, and spreads a candidate's turns evenly, at no time more than a
/// few off its share, with neither a lock nor a memory of what came before.
public final class WeightedRoundRobin implements Balancer {
    private final AtomicLong turn = new AtomicLong();
    private volatile Circle circle = new Circle(List.of());

    @Override
    @SuppressWarnings("ReferenceEquality") // a list of the same endpoints may be one of other weights
    public Endpoint pick(List<Endpoint> candidates) {
        Circle now = circle;
        if (now.candidates != candidates) {
            now = new Circle(candidates);
            circle = now;
        }
        return now.at(turn.getAndIncrement());
    }

    /// Who has which places. Immutable.
    private static final class Circle {
        private static final double GOLDEN_SECTION = (Math.sqrt(5) - 1) / 2;
        private static final int REACH = 8;

        private final List<Endpoint> candidates;
        /// Where the places of each candidate end.
        private final long[] ends;
        private final long places;
        private final long step;

        Circle(List<Endpoint> candidates) {
            this.candidates = candidates;
            this.ends = new long[candidates.size()];
            long divisor = 0;
            for (int i = 0; i < ends.length; i++) {
                ends[i] = candidates.get(i).weight();
                divisor = commonDivisor(divisor, ends[i]);
            }
            long end = 0;
            for (int i = 0; i < ends.length; i++) {
                end += divisor == 0 ? 1 : ends[i] / divisor;
                ends[i] = end;
            }
            this.places = end;
            this.step = step(end);
        }

        /// A number near the golden section that comes to all places, and as evenly as that can be. How
        /// evenly is told by the quotients of Euclid's algorithm, which are 1 for the golden section itself.
        private static long step(long places) {
            long near = Math.round(places * GOLDEN_SECTION);
            long best = 1;
            long smallest = places;
            for (long step = Math.max(1, near - REACH); step <= near + REACH; step++) {
                long largest = largestQuotient(places, step);
                if (largest < smallest) {
                    best = step;
                    smallest = largest;
                }
            }
            return best;
        }

        private static long largestQuotient(long places, long step) {
            long largest = 0;
            long dividend = places;
            long divisor = step;
            while (divisor != 0) {
                largest = Math.max(largest, dividend / divisor);
                long rest = dividend % divisor;
                dividend = divisor;
                divisor = rest;
            }
            return dividend == 1 ? largest : Long.MAX_VALUE;
        }

        private static long commonDivisor(long one, long other) {
            return other == 0 ? one : commonDivisor(other, one % other);
        }

        Endpoint at(long turn) {
            long place = Math.floorMod(turn, places) * step % places;
            int low = 0;
            int high = ends.length - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (place < ends[middle]) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return candidates.get(low);
        }
    }
}
