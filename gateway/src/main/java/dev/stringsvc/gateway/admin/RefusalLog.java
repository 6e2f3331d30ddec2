package dev.stringsvc.gateway.admin;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs requests that the admin port refuses for want of the token, at most one line in ten seconds. A line
/// holds nothing that the client sent. Thread-safe.
final class RefusalLog {
    static final Duration INTERVAL = Duration.ofSeconds(10);
    private static final Logger LOG = LoggerFactory.getLogger(RefusalLog.class);

    private final Clock clock;
    private @Nullable Instant loggedAt;
    private long omitted;

    RefusalLog(Clock clock) {
        this.clock = clock;
    }

    /// @param address the client's
    synchronized void refused(String address, String why) {
        Instant now = clock.instant();
        if (loggedAt != null && now.isBefore(loggedAt.plus(INTERVAL))) {
            omitted++;
            return;
        }
        LOG.warn("admin port: refused a request from {}: {} ({} more since the last such line)", address, why, omitted);
        loggedAt = now;
        omitted = 0;
    }
}
