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

/// Makes room for new connections when a port is full: closes the connection that has been idle longest,
/// or else the one whose head has been arriving longest, for more than a second.
///
/// One search looks at all connections and keeps the next [#BATCH] to close, so that a flood of new
/// connections costs one search per batch. After a search that finds none, the next one is at least
/// [#LOOK_AGAIN] later. Thread-safe.
final class ConnectionEvictor {
    private static final int BATCH = 64;
    private static final Duration LOOK_AGAIN = Duration.ofMillis(2);
    /// Longer than an honest client needs for a head, even if one packet is lost.
    private static final long LATE_MILLIS = 1_000;

    private final Supplier<? extends Collection<? extends Closable>> all;
    private final LongSupplier nanoTime;
    private final Queue<Candidate> candidates = new ArrayDeque<>();
    private boolean lookedInVain;
    private long lookedAt;

    /// One connection.
    interface Closable {
        /// How long no request has been in hand or arriving, in milliseconds; negative while one is.
        long idleMillis();

        /// How long a request's head has been arriving, in milliseconds; negative if none is.
        long headMillis();

        /// Closes the connection, without waiting.
        void giveUp();
    }

    /// A connection that may be closed, in the state in which it was found.
    ///
    /// @param millis how long it had been in this state
    private record Candidate(Closable connection, boolean idle, long millis, long foundAt) {
        long millisNow() {
            return idle ? connection.idleMillis() : connection.headMillis();
        }

        /// True if it has been in this state since. Both times are rounded, each by up to a millisecond.
        boolean isAsFound(long now) {
            return millisNow() + 2 >= millis + TimeUnit.NANOSECONDS.toMillis(now - foundAt);
        }
    }

    /// @param all the connections there are
    ConnectionEvictor(Supplier<? extends Collection<? extends Closable>> all, LongSupplier nanoTime) {
        this.all = all;
        this.nanoTime = nanoTime;
    }

    /// Closes one connection that is idle, or whose head is late.
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
