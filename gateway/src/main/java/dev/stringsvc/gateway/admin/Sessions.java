package dev.stringsvc.gateway.admin;

import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Browsers that have shown the token. Each has a random id in a cookie, since it can send no header of its
/// own with an event stream. Thread-safe.
final class Sessions {
    static final Duration LIFETIME = Duration.ofHours(12);
    /// When a further one begins, the oldest ends.
    static final int MOST = 100;

    private static final int RANDOM_BYTES = 32;

    private final Clock clock;
    private final SecureRandom random = new SecureRandom();
    /// When each ends, the oldest first.
    private final Map<String, Instant> ends = new LinkedHashMap<>();

    Sessions(Clock clock) {
        this.clock = clock;
    }

    /// Begins a session.
    ///
    /// @return its id
    synchronized String begin() {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        if (ends.size() >= MOST) {
            ends.remove(ends.keySet().iterator().next());
        }
        ends.put(id, clock.instant().plus(LIFETIME));
        return id;
    }

    synchronized boolean isOpen(String id) {
        @Nullable Instant end = ends.get(id);
        if (end != null && !clock.instant().isBefore(end)) {
            ends.remove(id);
            return false;
        }
        return end != null;
    }

    synchronized void end(String id) {
        ends.remove(id);
    }

    /// The cookie's name on a port. Browsers send cookies to every port of a host, so that two gateways on
    /// one machine need two names.
    static String cookie(int port) {
        return "gateway-admin-" + port;
    }
}
