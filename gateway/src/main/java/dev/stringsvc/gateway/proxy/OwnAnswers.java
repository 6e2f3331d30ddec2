package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.ClientRate;
import dev.stringsvc.gateway.client.MinimumRate;
import dev.stringsvc.gateway.retry.Bulkhead;
import org.jspecify.annotations.Nullable;

/// Bounds the gateway's own answers over HTTP/2 that their clients have not taken yet. Thread-safe.
///
/// Over HTTP/1.1 such an answer fits the connection's buffer, and there is one for each connection.
/// Over HTTP/2 there can be 128 on one connection, and each holds memory until its client takes it.
final class OwnAnswers {
    private final Admission admission;
    private final Forwarding forwarding;
    private final MinimumRate slowest;
    private final Bulkhead unbounded = new Bulkhead();

    OwnAnswers(ClientLimits limits, Forwarding forwarding) {
        this.admission = new Admission(limits.inFlight(), 0, System::nanoTime);
        this.forwarding = forwarding;
        this.slowest = limits.slowest();
    }

    /// Room for one answer, with the rate at which its client takes it.
    record Room(Admission.Permit permit, ClientRate rate) implements AutoCloseable {
        @Override
        public void close() {
            permit.close();
        }
    }

    /// Room for the answer to this request; `null` where there is none.
    @Nullable
    Room enter(ClientRequest request) {
        Origin origin = forwarding.origin(request);
        Object address = origin.address();
        if (admission.refuses(address)) {
            return null;
        }
        Admission.@Nullable Permit permit = admission.enter(address, AdmittedRequest.of(request, origin), unbounded);
        if (permit == null) {
            return null;
        }
        ClientRate rate = slowest.start();
        var _ = permit.answering(rate); // nobody gives it up before
        return new Room(permit, rate);
    }
}
