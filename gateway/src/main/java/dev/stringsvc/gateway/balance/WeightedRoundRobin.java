package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.upstream.Balancer;
import dev.stringsvc.gateway.upstream.Endpoint;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// Picks each candidate in turn, in proportion to its weight. Any S picks in a row, by any number of
/// threads, give each candidate exactly its weight, where S is the sum of all weights after division by
/// their greatest common divisor. A weight of 0 gets nothing, unless all weights are 0: then all are
/// equal.
///
/// The candidates share a circle of S places; each has as many neighbouring places as its weight. Each
/// pick moves on by a step near the golden section of the circle. It visits every place once in S picks
/// and spreads each candidate's picks evenly, at no time more than a few off its share, without a lock
/// or a history.
public final class WeightedRoundRobin implements Balancer {
    private final AtomicLong turn = new AtomicLong();
    private volatile Circle circle = new Circle(List.of());

    @Override
    public Endpoint pick(List<Endpoint> candidates) {
        return circle(candidates).at(turn.getAndIncrement());
    }

    @Override
    public Endpoint peek(List<Endpoint> candidates) {
        return circle(candidates).at(turn.get());
    }

    @SuppressWarnings("ReferenceEquality") // a list of the same endpoints may be one of other weights
    private Circle circle(List<Endpoint> candidates) {
        Circle now = circle;
        if (now.candidates != candidates) {
            now = new Circle(candidates);
            circle = now;
        }
        return now;
    }

    /// The places of each candidate. Immutable.
    private static final class Circle {
        private static final double GOLDEN_SECTION = (Math.sqrt(5) - 1) / 2;
        private static final int REACH = 8;

        private final List<Endpoint> candidates;
        /// The end of each candidate's places.
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

        /// A step near the golden section that visits all places (it has no common divisor with their
        /// number) and spreads picks as evenly as possible. The smaller the quotients of Euclid's
        /// algorithm, the more even it is; for the golden section itself they are all 1.
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
