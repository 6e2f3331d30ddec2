package dev.stringsvc.gateway.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Makes room for new connections of clients where a port has as many as it may: closes the one that has
/// been idle longest, or else the one whose request's head has been coming in for longest, and for more
/// than a second.
///
/// It looks at all connections at once and notes the next [#BATCH] to close, so that a flood of new
/// connections costs one look for each of that many. Where a look finds none, the next one is
/// [#LOOK_AGAIN] later. Thread-safe.
final class OpenConnections {
    private static final int BATCH = 64;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(2);
    /// Longer than an honest client needs for a head, with a packet that is lost and sent again.
    private static final long LATE_MILLIS = 1_000;

    private final Supplier<? extends Collection<? extends Closable>> all;
    private final LongSupplier nanoTime;
    private final Queue<Candidate> candidates = new ArrayDeque<>();
    private boolean lookedInVain;
    private long lookedAt;

    /// One connection.
    interface Closable {
        /// For how long no request has been in hand, and none has begun to come in, in milliseconds;
        /// negative while one is.
        long idleMillis();

        /// For how long the head of a request has been coming in, in milliseconds; negative where none
        /// is.
        long headMillis();

        /// Closes the connection, without waiting.
        void giveUp();
    }

    /// A connection that may be closed, as it was found.
    ///
    /// @param millis for how long it had been so then
    private record Candidate(Closable connection, boolean idle, long millis, long foundAt) {
        long millisNow() {
            return idle ? connection.idleMillis() : connection.headMillis();
        }

        /// True if nothing has been asked of it since. Both times are rounded, each by up to a
        /// millisecond.
        boolean isAsFound(long now) {
            return millisNow() + 2 >= millis + TimeUnit.NANOSECONDS.toMillis(now - foundAt);
        }
    }

    /// @param all the connections there are
    OpenConnections(Supplier<? extends Collection<? extends Closable>> all, LongSupplier nanoTime) {
        this.all = all;
        this.nanoTime = nanoTime;
    }

    /// Closes one connection that does nothing.
    ///
    /// @return false if there is none
    synchronized boolean closeOne() {
        return closeNext() || (find() && closeNext());
    }

    private boolean closeNext() {
        for (@Nullable Candidate next; (next = candidates.poll()) != null; ) {
            if (next.isAsFound(nanoTime.getAsLong())) {
                next.connection().giveUp();
                return true;
            }
        }
        return false;
    }

    private boolean find() {
        long now = nanoTime.getAsLong();
        if (lookedInVain && now - lookedAt < LOOK_AGAIN.toNanos()) {
            return false;
        }
        var idle = new PriorityQueue<Candidate>(BATCH + 1, Comparator.comparingLong(Candidate::millis));
        var late = new PriorityQueue<Candidate>(BATCH + 1, Comparator.comparingLong(Candidate::millis));
        for (Closable connection : all.get()) {
            long millis = connection.idleMillis();
            if (millis >= 0) {
                keepLongest(idle, new Candidate(connection, true, millis, now));
            } else if (connection.headMillis() >= LATE_MILLIS) {
                keepLongest(late, new Candidate(connection, false, connection.headMillis(), now));
            }
        }
        longestFirst(idle.isEmpty() ? late : idle);
        lookedAt = now;
        lookedInVain = candidates.isEmpty();
        return !lookedInVain;
    }

    private static void keepLongest(PriorityQueue<Candidate> longest, Candidate candidate) {
        if (longest.size() < BATCH || candidate.millis() > longest.element().millis()) {
            longest.add(candidate);
            if (longest.size() > BATCH) {
                longest.remove();
            }
        }
    }

    private void longestFirst(PriorityQueue<Candidate> found) {
        Deque<Candidate> reversed = new ArrayDeque<>();
        for (@Nullable Candidate next; (next = found.poll()) != null; ) {
            reversed.push(next);
        }
        candidates.addAll(reversed);
    }
}
