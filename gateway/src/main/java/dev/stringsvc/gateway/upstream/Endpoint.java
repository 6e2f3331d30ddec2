package dev.stringsvc.gateway.upstream;

import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.http.GrpcStatus;
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

/// A live instance: its data, connections, health, and requests in flight. It lives as long as discovery
/// lists the instance, and then until the last request in flight has ended. Thread-safe.
public final class Endpoint {
    /// Each response moves the mean by this fraction of its difference: one tenth.
    private static final int MEAN_OVER = 10;

    /// An instance that sends `Connection: close` this many times in a row is stopping. One that only
    /// limits the age of its connections sends it less often.
    private static final int CLOSES_WHEN_STOPPING = 3;

    private final Upstream upstream;
    private final Transport transport;
    private final Instant since;
    private final Circuit circuit;
    private final long hash;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicLong meanNanos = new AtomicLong();
    /// The mean including attempts without a response since the last response; 0 if there were none.
    private final AtomicLong silentNanos = new AtomicLong();
    private final AtomicInteger closesInARow = new AtomicInteger();
    private volatile Instance instance;
    private volatile boolean draining;
    private volatile Instant heldUntil = Instant.MAX;
    private volatile @Nullable String lastFailure;
    private volatile @Nullable Instant ejectedAt;

    /// The state of an endpoint.
    public enum State {
        /// It takes requests.
        ACTIVE,
        /// It fails and takes no requests, unless too many others fail too.
        EJECTED,
        /// Discovery dropped it together with too many others. It takes requests as long as it responds.
        SUSPECT,
        /// Discovery no longer lists it. It takes no new requests.
        DRAINING;

        /// As meters and the admin port write it, for example `active`.
        public String word() {
            return switch (this) {
                case ACTIVE -> "active";
                case EJECTED -> "ejected";
                case SUSPECT -> "suspect";
                case DRAINING -> "draining";
            };
        }
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

    public String id() {
        return instance.id();
    }

    /// The instance's weight for weighted balancers, 0 to 65535.
    public int weight() {
        return instance.weight();
    }

    /// Closes its connections, which ends the requests in flight.
    public void close() {
        transport.close();
    }

    /// True if the instance has the tag and all of the meta. These may change while it lives.
    ///
    /// @param tag `null` for any
    public boolean has(@Nullable String tag, Map<String, String> meta) {
        Instance now = instance;
        return (tag == null || now.tags().contains(tag))
                && now.meta().entrySet().containsAll(meta.entrySet());
    }

    /// A hash of the id, host and port; the same in every process.
    public long hash() {
        return hash;
    }

    public Transport transport() {
        return transport;
    }

    /// When discovery first listed the instance.
    public Instant since() {
        return since;
    }

    /// The number of requests whose response is not yet passed on to the last byte.
    public int inFlight() {
        return inFlight.get();
    }

    public State state() {
        if (draining) {
            return State.DRAINING;
        }
        return ejected() ? State.EJECTED : suspect() ? State.SUSPECT : State.ACTIVE;
    }

    /// What went wrong in the last attempt that failed or was too slow; `null` if there was none.
    public @Nullable String lastFailure() {
        return lastFailure;
    }

    /// Since when it is ejected; `null` if it is not.
    public @Nullable Instant ejectedAt() {
        return ejectedAt;
    }

    void ejectedAt(@Nullable Instant at) {
        ejectedAt = at;
    }

    boolean ejected() {
        return !circuit.closed();
    }

    boolean suspect() {
        return heldUntil.isBefore(Instant.MAX);
    }

    /// Until when a suspect may be used; [Instant#MAX] if it is not a suspect.
    Instant heldUntil() {
        return heldUntil;
    }

    /// The mean time to a response's head, in nanoseconds; 0 before the first response.
    long meanNanos() {
        return meanNanos.get();
    }

    /// The mean time to a response's head, in nanoseconds, or a larger one if attempts wait in vain.
    long leastNanos() {
        return Math.max(meanNanos.get(), silentNanos.get());
    }

    /// Counts one request in flight, of an unknown client, until the permit is closed.
    public Permit acquire() {
        return acquire(ClientTag.UNKNOWN);
    }

    /// Counts one request in flight until the permit is closed.
    ///
    /// @param client by [ClientTag]
    public Permit acquire(int client) {
        return new Permit(client, false);
    }

    /// A permit to probe it; `null` if it is not ejected or it is too early.
    @Nullable
    Permit acquireProbe(int client) {
        return circuit.tryProbe(client) ? new Permit(client, true) : null;
    }

    /// True if a probe has been due for long.
    boolean overdue() {
        return circuit.overdue();
    }

    /// Discovery lists the instance, perhaps with new tags, meta or weight.
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

    private static void addTo(AtomicLong mean, Duration took) {
        mean.updateAndGet(nanos -> nanos == 0 ? took.toNanos() : nanos + (took.toNanos() - nanos) / MEAN_OVER);
    }

    /// True if the instance has stopped, or announces that it stops.
    private boolean isGone(AttemptResult result) {
        if (result instanceof AttemptResult.Responded answered) {
            boolean closes = answered.closesConnection();
            return closesInARow.updateAndGet(count -> closes ? Math.min(count + 1, CLOSES_WHEN_STOPPING) : 0)
                    == CLOSES_WHEN_STOPPING;
        }
        return result instanceof AttemptResult.NotSent(var _, boolean asked) && asked;
    }

    private void release() {
        if (inFlight.decrementAndGet() == 0 && draining) {
            transport.close();
        }
    }

    /// The right to send one request to an endpoint, counted as in flight until it is closed.
    public final class Permit implements AutoCloseable {
        private final int client;
        private final boolean probe;
        private final boolean anyway = ejected();
        private final AtomicBoolean ended = new AtomicBoolean();
        private final AtomicBoolean released = new AtomicBoolean();
        /// True while the answer to a gRPC call is passed on, whose status comes at its end.
        private volatile boolean open;

        private Permit(int client, boolean probe) {
            this.client = client;
            this.probe = probe;
            inFlight.incrementAndGet();
        }

        public Endpoint endpoint() {
            return Endpoint.this;
        }

        /// Reports the result of the attempt, up to the response's head. A second call does nothing.
        ///
        /// @param enough true if the attempt had its usual timeout, so that the instance is to blame for
        /// a timeout
        /// @param alone true if the time was the instance's alone, so that it counts for the mean
        public void ended(AttemptResult result, Duration took, boolean enough, boolean alone) {
            if (ended.compareAndSet(false, true)) {
                judge(result, took, enough, alone);
            }
        }

        private void judge(AttemptResult result, Duration took, boolean enough, boolean alone) {
            Verdict verdict = Verdict.of(result, enough);
            if (verdict == Verdict.WELL && enough && alone) {
                verdict = upstream.isSlow(Endpoint.this, took) ? Verdict.SLOW : Verdict.WELL;
                addTo(meanNanos, took);
                if (silentNanos.get() != 0) {
                    silentNanos.set(0);
                }
            }
            if (verdict.bad()) {
                lastFailure = Verdict.describe(result, took);
            }
            open = verdict == Verdict.WELL && result instanceof AttemptResult.Responded call && call.isOpenCall();
            boolean changed = (!open || probe) && count(verdict);
            boolean gone = isGone(result) && enough;
            if (suspect() && gone) {
                upstream.dismiss(List.of(Endpoint.this));
            } else if (changed) {
                upstream.healthChanged();
            }
        }

        private boolean count(Verdict verdict) {
            if (probe) {
                return circuit.probed(verdict, client);
            }
            return anyway ? circuit.triedAnyway(verdict, client) : circuit.attempted(verdict, client);
        }

        /// Reports the status with which the answer to a gRPC call has ended. An answer whose head had a
        /// status was counted by that.
        public void ended(GrpcStatus status) {
            Verdict verdict = Verdict.of(status);
            if (!open || (probe && verdict == Verdict.WELL)) {
                return;
            }
            open = false;
            if (verdict.bad()) {
                lastFailure = "ended a call with " + status;
            }
            if (probe ? circuit.attempted(verdict, client) : count(verdict)) {
                upstream.healthChanged();
            }
        }

        /// Reports that the attempt has had no response for as long as one usually takes. If the other
        /// endpoints are far faster, this counts as a failed attempt at once, and its result does not
        /// count any more. The endpoint remembers the silence until a response comes, so that none is
        /// blamed when all of them became slow.
        public void silent(Duration soFar) {
            boolean tooLong = upstream.isSilent(Endpoint.this, soFar);
            silentNanos.compareAndSet(0, meanNanos.get());
            addTo(silentNanos, soFar);
            if (tooLong) {
                ended(new AttemptResult.TimedOut(soFar, true), soFar, true, false);
            }
        }

        /// Reports that the response broke off after its head, which counts as a failed attempt.
        public void brokeOff() {
            open = false;
            lastFailure = "broke off within its response";
            if (circuit.attempted(Verdict.FAILED, client)) {
                upstream.healthChanged();
            }
        }

        /// Ends the request in flight. A second call does nothing.
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
