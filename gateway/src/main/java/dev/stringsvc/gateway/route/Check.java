package dev.stringsvc.gateway.route;

/// Throws for an invalid value; the message is its key, a colon, and what was expected.
final class Check {
    private Check() {}

    static void that(boolean valid, String key, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(key + ": expected " + expected);
        }
    }
}
