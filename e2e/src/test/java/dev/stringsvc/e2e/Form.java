package dev.stringsvc.e2e;

import java.time.Duration;

/// Chooses between the short form of the fault rows, for `make test`, and the long one, for `make
/// chaos`.
final class Form {
    static final boolean LONG = "long".equals(System.getProperty("chaos"));

    /// How long a fault lasts under load.
    static final Duration FAULT = LONG ? Duration.ofSeconds(10) : Duration.ofSeconds(2);

    private Form() {}

    static int pick(int inShort, int inLong) {
        return LONG ? inLong : inShort;
    }
}
