package dev.stringsvc.gateway.upstream;

/// Checks settings.
final class Check {
    private Check() {}

    /// @throws IllegalArgumentException whose message is the key, a colon, and what was expected
    static void that(boolean valid, String key, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(key + ": expected " + expected);
        }
    }
}
