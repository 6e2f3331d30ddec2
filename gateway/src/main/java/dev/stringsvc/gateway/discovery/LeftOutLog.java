package dev.stringsvc.gateway.discovery;

import dev.stringsvc.program.Label;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Logs the entries of one service that are left out, each once for as long as it stays the same. Used by
/// one thread.
public final class LeftOutLog {
    private static final Logger LOG = LoggerFactory.getLogger(LeftOutLog.class);
    /// The log names at most this many at once.
    private static final int NAMED = 10;

    private final String service;
    private Set<LeftOut> known = Set.of();

    public LeftOutLog(String service) {
        this.service = Label.of(service);
    }

    /// @param now all entries that are left out now
    public void heard(Collection<LeftOut> now) {
        Set<LeftOut> before = known;
        known = Set.copyOf(now);
        List<LeftOut> added =
                known.stream().filter(one -> !before.contains(one)).toList();
        added.stream().limit(NAMED).forEach(one -> LOG.warn("{}: {} is left out, {}", service, one.id(), one.reason()));
        if (added.size() > NAMED) {
            LOG.warn("{}: {} more are left out", service, added.size() - NAMED);
        }
    }
}
