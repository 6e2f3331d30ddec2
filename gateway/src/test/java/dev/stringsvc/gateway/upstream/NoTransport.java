package dev.stringsvc.gateway.upstream;

import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.Transport;
import java.time.Duration;

/// A transport for tests that send nothing: using it fails.
public final class NoTransport implements Transport {
    @Override
    public AttemptResult execute(UpstreamRequest request, Duration timeout) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
