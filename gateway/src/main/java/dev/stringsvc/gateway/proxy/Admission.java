package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.ClientRate;
import dev.stringsvc.gateway.retry.Bulkhead;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Admits requests; none of them queues. Below the limit every address may have more, even if it is the
/// only one. At the limit an address gets no more if it would then hold more than half of what the
/// largest address holds. For any other address one request is ended to make room, the first that
/// exists of these:
///
/// 1. of an address that holds more than half of what the largest holds: an answer whose client has
///    taken nothing for a second, the longest waiting first; it is cut
/// 2. of the address that holds most: the newest request that is not answered yet and may be repeated
///    (503)
/// 3. of that address: an answer whose client takes nothing at the moment, the longest waiting first;
///    it is cut
/// 4. of that address: the newest other request that is not answered yet (503)
/// 5. of that address: the newest answer; it is cut
///
/// A long answer is counted as a stream while the limit on streams allows it, and as in flight
/// otherwise.
///
/// Requests are counted by address only at the limit, so that a request costs little below it.
/// Thread-safe.
final class Admission {
    /// How long a client must have taken nothing before its answer is the first to be cut.
    static final Duration STUCK = Duration.ofSeconds(1);
    /// How long an answer must have run before it counts as a stream.
    static final Duration LASTING = Duration.ofSeconds(30);
    /// For how long an address that was refused is refused again without counting.
    private static final Duration REMEMBERED = Duration.ofMillis(5);

    /// How often room is looked for: another request may take the room that a stream has left.
    private static final int MOST_TRIES = 3;

    /// The rank of a request that is never ended to make room.
    private static final int KEPT = 6;

    private final int most;
    private final int mostStreams;
    private final LongSupplier nanoTime;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger streams = new AtomicInteger();
    private final Set<Permit> held = ConcurrentHashMap.newKeySet();
    private final AtomicReferenceArray<@Nullable Refusal> refusals = new AtomicReferenceArray<>(64);

    private record Refusal(Object address, @Nullable Bulkhead within, long until) {}

    /// @param most requests in flight at a time
    /// @param mostStreams long answers at a time, in addition to those
    Admission(int most, int mostStreams, LongSupplier nanoTime) {
        this.most = most;
        this.mostStreams = mostStreams;
        this.nanoTime = nanoTime;
    }

    /// What admission needs to know of a request that it has admitted.
    interface Holder {
        /// True if the client may send the request again, although an instance may have it.
        boolean repeatable();

        /// Ends the answer, because its room was given to another request.
        ///
        /// @param stuck true if the client was not taking the answer
        void cutAnswer(boolean stuck);
    }

    private enum State {
        WAITING,
        ANSWERING,
        STREAMING,
        GIVEN_UP,
        OVER
    }

    /// Room for one request; must be closed when the request is over.
    final class Permit implements AutoCloseable {
        private final Object address;
        private final Holder holder;
        private final Bulkhead share;
        private final long since = nanoTime.getAsLong();
        private final AtomicReference<State> state = new AtomicReference<>(State.WAITING);
        private volatile @Nullable ClientRate rate;

        private Permit(Object address, Holder holder, Bulkhead share) {
            this.address = address;
            this.holder = holder;
            this.share = share;
        }

        /// Notes that the answer begins. Returns false if the request was given up.
        boolean answering(ClientRate rate) {
            this.rate = rate;
            return state.compareAndSet(State.WAITING, State.ANSWERING);
        }

        boolean givenUp() {
            return state.get() == State.GIVEN_UP;
        }

        /// Counts an answer that has begun as a stream from now on, if the limit on streams allows it.
        void lasts() {
            if (takeOne(streams, mostStreams)) {
                if (state.compareAndSet(State.ANSWERING, State.STREAMING)) {
                    leave();
                } else {
                    streams.decrementAndGet();
                }
            }
        }

        private void leave() {
            held.remove(this);
            inFlight.decrementAndGet();
            share.release();
        }

        /// Requests of a lower rank are ended first.
        private int rank() {
            return switch (state.get()) {
                case WAITING -> holder.repeatable() ? 2 : 4;
                case ANSWERING -> {
                    long stuck = stuckNanos();
                    yield stuck >= STUCK.toNanos() ? 1 : stuck > 0 ? 3 : 5;
                }
                case STREAMING, GIVEN_UP, OVER -> KEPT;
            };
        }

        /// Ends the request and keeps its place. Returns false if the request is over or its answer
        /// counts as a stream.
        private boolean giveUp() {
            State now = state.get();
            boolean stuck = stuckNanos() > 0;
            if ((now != State.WAITING && now != State.ANSWERING) || !state.compareAndSet(now, State.GIVEN_UP)) {
                return false;
            }
            held.remove(this);
            if (now == State.ANSWERING) {
                holder.cutAnswer(stuck);
            }
            return true;
        }

        /// For how long the client has taken nothing of its answer, in nanoseconds.
        private long stuckNanos() {
            @Nullable ClientRate answer = rate;
            return answer == null || state.get() != State.ANSWERING ? 0 : answer.waitingNanos();
        }

        @Override
        public void close() {
            switch (state.getAndSet(State.OVER)) {
                case WAITING, ANSWERING -> leave();
                case STREAMING -> streams.decrementAndGet();
                case GIVEN_UP, OVER -> {}
            }
        }
    }

    /// A request that may be ended, with its state at this moment.
    ///
    /// @param order among candidates of one rank, the lowest is ended first
    private record Candidate(Permit permit, int rank, long order) {
        static Candidate of(Permit permit) {
            int rank = permit.rank();
            return new Candidate(permit, rank, rank == 1 || rank == 3 ? -permit.stuckNanos() : -permit.since);
        }
    }

    /// Admits a request. Where there is no room it ends another request and takes its place directly;
    /// otherwise the other's client could ask again and get the place back first. Returns `null` if the
    /// request is not admitted.
    ///
    /// @param share the requests that the service may hold; this request takes one permit of it
    @Nullable
    Permit enter(Object address, Holder holder, Bulkhead share) {
        for (int i = 0; i < MOST_TRIES; i++) {
            boolean inShare = share.tryAcquire();
            if (inShare && takeOne(inFlight, most)) {
                return admitted(address, holder, share);
            }
            @Nullable Bulkhead within = inShare ? null : share;
            boolean moved = moveLasting(within);
            @Nullable Permit gone = moved ? null : replace(address, within);
            if (gone != null) {
                if (inShare) {
                    gone.share.release();
                }
                return admitted(address, holder, share);
            }
            if (inShare) {
                share.release();
            }
            if (!moved) {
                return null;
            }
        }
        return null;
    }

    private Permit admitted(Object address, Holder holder, Bulkhead share) {
        var permit = new Permit(address, holder, share);
        held.add(permit);
        return permit;
    }

    /// True if the gateway is full and this address may not have another request's place.
    boolean refuses(Object address) {
        return inFlight.get() >= most && refusesNow(address, null);
    }

    /// True if the service's share is full and this address may not have another request's place.
    boolean refuses(Object address, Bulkhead share) {
        return share.isFull() && refusesNow(address, share);
    }

    private boolean refusesNow(Object address, @Nullable Bulkhead within) {
        long now = nanoTime.getAsLong();
        int slot = Objects.hash(address, System.identityHashCode(within)) & (refusals.length() - 1);
        @Nullable Refusal last = refusals.get(slot);
        if (last != null && last.within == within && last.address.equals(address) && now - last.until < 0) {
            return true;
        }
        if (moveLasting(within) || mayHaveMore(address, counts(within))) {
            return false;
        }
        refusals.set(slot, new Refusal(address, within, now + REMEMBERED.toNanos()));
        return true;
    }

    private static boolean mayHaveMore(Object address, Map<Object, Integer> counts) {
        return 2 * (counts.getOrDefault(address, 0) + 1) <= largest(counts);
    }

    private static int largest(Map<Object, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    }

    private Map<Object, Integer> counts(@Nullable Bulkhead within) {
        Map<Object, Integer> counts = new HashMap<>();
        for (Permit permit : held) {
            if (within == null || permit.share == within) {
                counts.merge(permit.address, 1, Integer::sum);
            }
        }
        return counts;
    }

    /// Ends another request. The caller takes over its place in flight and in its share.
    ///
    /// @param within the share that is full; `null` where the whole gateway is full
    private synchronized @Nullable Permit replace(Object address, @Nullable Bulkhead within) {
        Map<Object, Integer> counts = counts(within);
        if (!mayHaveMore(address, counts)) {
            return null;
        }
        int largest = largest(counts);
        return held.stream()
                .filter(permit -> within == null || permit.share == within)
                .map(Candidate::of)
                .filter(one -> {
                    int holds = counts.getOrDefault(one.permit.address, 0);
                    return one.rank == 1 ? 2 * holds > largest : holds == largest;
                })
                .sorted(Comparator.comparingInt(Candidate::rank).thenComparingLong(Candidate::order))
                .map(Candidate::permit)
                .filter(Permit::giveUp)
                .findFirst()
                .orElse(null);
    }

    private boolean moveLasting(@Nullable Bulkhead within) {
        long now = nanoTime.getAsLong();
        boolean moved = false;
        for (Permit permit : held) {
            if ((within == null || permit.share == within)
                    && permit.state.get() == State.ANSWERING
                    && now - permit.since > LASTING.toNanos()) {
                permit.lasts();
                moved |= permit.state.get() == State.STREAMING;
            }
        }
        return moved;
    }

    private static boolean takeOne(AtomicInteger held, int most) {
        int now = held.get();
        while (now < most) {
            int seen = held.compareAndExchange(now, now + 1);
            if (seen == now) {
                return true;
            }
            now = seen;
        }
        return false;
    }

    int inFlight() {
        return inFlight.get();
    }

    /// The number of long answers that no longer count as in flight.
    int streams() {
        return streams.get();
    }
}
