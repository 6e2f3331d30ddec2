package dev.stringsvc.gateway.transport.h2;

import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.IdleTimeouts;
import dev.stringsvc.gateway.transport.Transport;
import dev.stringsvc.gateway.transport.Watchdog;
import java.time.Duration;
import org.eclipse.jetty.http.MetaData;
import org.jspecify.annotations.Nullable;

/// A transport to one instance over HTTP/2. Requests for a switch of protocols use HTTP/1.1.
///
/// @param authority for requests without a Host
record Http2Transport(Connections connections, String scheme, String authority, Transport http1, Shared shared)
        implements Transport {
    /// What all transports share.
    record Shared(Watchdog watchdog, IdleTimeouts idleTimeouts, WindowBudget budget) {}

    Watchdog watchdog() {
        return shared.watchdog();
    }

    WindowBudget budget() {
        return shared.budget();
    }

    @Override
    public AttemptResult execute(UpstreamRequest request, Duration timeout) {
        if (request.upgrade()) {
            return http1.execute(request, timeout);
        }
        @Nullable String refusal = RequestHead.refusal(request);
        if (refusal != null) {
            return new AttemptResult.Unsendable(refusal);
        }
        MetaData.Request head;
        try {
            head = RequestHead.of(request, scheme, authority);
        } catch (RuntimeException e) {
            return new AttemptResult.Unsendable("The path or the host is not part of a URI.");
        }
        return new Attempt(request, timeout, this).run(head, shared.idleTimeouts());
    }

    @Override
    public void close() {
        connections.close();
        http1.close();
    }
}
