package dev.stringsvc.gateway.route;

/// What is not valid is said as its key, a colon, and what was expected instead.
final class Check {
    private Check() {}

    static void that(boolean valid, String key, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(key + ": expected " + expected);
        }
    }
}
