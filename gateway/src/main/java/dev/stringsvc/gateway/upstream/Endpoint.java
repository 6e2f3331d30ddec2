package dev.stringsvc.gateway.upstream;

import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.Transport;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// A live instance: its data, its connections, its health and what is in flight to it. It lives as long as
/// discovery names the instance, and after that until its last request is answered. Thread-safe.
public final class Endpoint {
    /// Each answer moves the mean by this part of the difference.
    private static final int MEMORY = 10;

    /// So many answers in a row that say `Connection: close` come from an instance that stops; fewer, from
    /// one that limits how long it keeps a connection.
    private static final int FAREWELLS = 3;

    private final Upstream upstream;
    private final Transport transport;
    private final Instant since;
    private final Circuit circuit;
    private final long hash;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong meanNanos = new AtomicLong();
    /// The mean with the silence since the last answer; 0 where there was none.
    private final AtomicLong silentNanos = new AtomicLong();
    private final AtomicInteger farewells = new AtomicInteger();
    private volatile Instance instance;
    private volatile boolean draining;
    private volatile Instant heldUntil = Instant.MAX;
    private volatile @Nullable String lastFailure;

    /// How an endpoint stands.
    public enum State {
        /// It takes requests.
        ACTIVE,
        /// It fails and takes none, unless too many do.
        EJECTED,
        /// Discovery has forgotten it together with too many others; it takes requests while it answers.
        SUSPECT,
        /// Discovery no longer names it: it takes nothing new.
        DRAINING
    }

    Endpoint(Upstream upstream, Instance instance, Transport transport, Circuit circuit, Instant since) {
        this.upstream = upstream;
        this.instance = instance;
        this.transport = transport;
        this.circuit = circuit;
        this.since = since;
        this.hash = Hash.of(instance.id() + ' ' + instance.host() + ' ' + instance.port());
    }

    public Instance instance() {
        return instance;
    }

    /// The instance's id.
    public String id() {
        return instance.id();
    }

    /// The instance's share of the requests where a route goes by weight, 0 to 65535.
    public int weight() {
        return instance.weight();
    }

    /// Cuts its connections, and with them the requests in flight.
    public void close() {
        transport.close();
    }

    /// Whether discovery says that it has the tag and all of the meta; these may change while it lives.
    ///
    /// @param tag `null` where it does not matter
    public boolean has(@Nullable String tag, Map<String, String> meta) {
        Instance now = instance;
        return (tag == null || now.tags().contains(tag))
                && now.meta().entrySet().containsAll(meta.entrySet());
    }

    /// Of which instance it is, and where; the same in every process.
    public long hash() {
        return hash;
    }

    public Transport transport() {
        return transport;
    }

    /// When discovery first named the instance.
    public Instant since() {
        return since;
    }

    /// Requests whose answer is not yet through, to the last byte.
    public int inFlight() {
        return inFlight.get();
    }

    public State state() {
        if (draining) {
            return State.DRAINING;
        }
        return ejected() ? State.EJECTED : suspect() ? State.SUSPECT : State.ACTIVE;
    }

    /// What went wrong with the last attempt that failed, or was too slow; `null` where none was.
    public @Nullable String lastFailure() {
        return lastFailure;
    }

    boolean ejected() {
        return !circuit.closed();
    }

    boolean suspect() {
        return heldUntil.isBefore(Instant.MAX);
    }

    /// Until when it may be used although discovery has forgotten it; the end of time where it has not.
    Instant heldUntil() {
        return heldUntil;
    }

    /// What its answers take on average to their heads, in nanoseconds; 0 before the first.
    long meanNanos() {
        return meanNanos.get();
    }

    /// What an answer of it takes at least, on average, as far as its silence tells.
    long leastNanos() {
        return Math.max(meanNanos.get(), silentNanos.get());
    }

    /// Counts one request in flight until the permit is released. Nobody knows whose it is.
    public Permit acquire() {
        return acquire(ClientTag.UNKNOWN);
    }

    /// Counts one request in flight until the permit is released.
    ///
    /// @param client whose it is, by [ClientTag]
    public Permit acquire(int client) {
        return new Permit(client, false);
    }

    /// A permit to find out how it does, if it is ejected and it is time for that.
    @Nullable
    Permit acquireProbe(int client) {
        return circuit.tryProbe(client) ? new Permit(client, true) : null;
    }

    /// Whether nobody has probed it for long.
    boolean overdue() {
        return circuit.overdue();
    }

    /// Discovery names it, with what tags and meta it has now.
    void confirm(Instance instance) {
        this.instance = instance;
        heldUntil = Instant.MAX;
    }

    void suspect(Instant until) {
        heldUntil = until;
    }

    void drain() {
        draining = true;
        transport.close();
    }

    private void judge(AttemptResult result, Duration took, boolean enough, boolean alone, Permit permit) {
        Verdict verdict = Verdict.of(result, enough);
        if (verdict == Verdict.WELL && enough && alone) {
            verdict = upstream.isSlow(this, took) ? Verdict.SLOW : Verdict.WELL;
            addTo(meanNanos, took);
            if (silentNanos.get() != 0) {
                silentNanos.set(0);
            }
        }
        if (verdict.bad()) {
            lastFailure = Verdict.words(result, took);
        }
        boolean changed = permit.probe
                ? circuit.probed(verdict, permit.client)
                : permit.anyway
                        ? circuit.triedAnyway(verdict, permit.client)
                        : circuit.attempted(verdict, permit.client);
        boolean gone = isGone(result) && enough;
        if (suspect() && gone) {
            upstream.dismiss(List.of(this));
        } else if (changed) {
            upstream.healthChanged();
        }
    }

    private static void addTo(AtomicLong mean, Duration took) {
        mean.updateAndGet(nanos -> nanos == 0 ? took.toNanos() : nanos + (took.toNanos() - nanos) / MEMORY);
    }

    /// Whether it has gone, or is about to and says so.
    private boolean isGone(AttemptResult result) {
        if (result instanceof AttemptResult.Responded answered) {
            boolean farewell = answered.saysGoodbye();
            return farewells.updateAndGet(count -> farewell ? Math.min(count + 1, FAREWELLS) : 0) == FAREWELLS;
        }
        return result instanceof AttemptResult.NotSent(var _, boolean asked) && asked;
    }

    private void release() {
        if (inFlight.decrementAndGet() == 0 && draining) {
            transport.close();
        }
    }

    /// One request's share of an endpoint.
    public final class Permit implements AutoCloseable {
        private final int client;
        private final boolean probe;
        private final boolean anyway = ejected();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicBoolean released = new AtomicBoolean();

        private Permit(int client, boolean probe) {
            this.client = client;
            this.probe = probe;
            inFlight.incrementAndGet();
        }

        public Endpoint endpoint() {
            return Endpoint.this;
        }

        /// Says how the attempt went, up to its answer's head; a second call does nothing.
        ///
        /// @param enough whether it had as much time as an attempt usually has, so that a timeout is its fault
        /// @param alone whether the time it took is all its own, so that it tells how fast it is
        public void ended(AttemptResult result, Duration took, boolean enough, boolean alone) {
            if (ended.compareAndSet(false, true)) {
                judge(result, took, enough, alone, this);
            }
        }

        /// Says that the attempt has had no answer yet for as long as one usually may take. If the siblings
        /// are far faster, that counts as a failed attempt at once, and how it ends counts no more. It is
        /// remembered until an answer comes, so that endpoints which all became slow are not blamed.
        public void silent(Duration soFar) {
            boolean tooLong = upstream.isSilent(Endpoint.this, soFar);
            silentNanos.compareAndSet(0, meanNanos.get());
            addTo(silentNanos, soFar);
            if (tooLong) {
                ended(new AttemptResult.TimedOut(soFar, true), soFar, true, false);
            }
        }

        /// Says that the answer broke off after its head, which counts as a failed attempt.
        public void brokeOff() {
            lastFailure = "broke off within its answer";
            if (circuit.attempted(Verdict.FAILED, client)) {
                upstream.healthChanged();
            }
        }

        /// Gives the share back; a second call does nothing.
        @Override
        public void close() {
            if (!released.compareAndSet(false, true)) {
                return;
            }
            if (probe && ended.compareAndSet(false, true)) {
                circuit.probed(Verdict.NOTHING, client);
            }
            release();
        }
    }
}
