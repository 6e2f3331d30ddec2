package dev.stringsvc.gateway.upstream;

import java.time.Duration;

/// The default policies of a gateway.
public final class Policies {
    public static final Ejection EJECTION =
            new Ejection(5, 0.5, 10, Duration.ofMillis(25), Duration.ofSeconds(5), Duration.ofMinutes(1), 0.7);
    public static final Guard GUARD = new Guard(0.3, Duration.ofMinutes(1));

    private Policies() {}
}
