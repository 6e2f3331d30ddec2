package dev.stringsvc.testkit;

import java.util.Locale;

/// The states of a Consul check.
public enum Health {
    PASSING,
    WARNING,
    CRITICAL;

    String inConsul() {
        return name().toLowerCase(Locale.ROOT);
    }
}
