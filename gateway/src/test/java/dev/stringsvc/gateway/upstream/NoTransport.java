package dev.stringsvc.gateway.upstream;

import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.Transport;
import java.time.Duration;

/// Stands where nothing is sent: who asks it to has gone wrong.
public final class NoTransport implements Transport {
    @Override
    public AttemptResult execute(UpstreamRequest request, Duration timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
