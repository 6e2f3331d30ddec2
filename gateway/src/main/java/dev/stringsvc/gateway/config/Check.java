package dev.stringsvc.gateway.config;

/// Checks of values. What fails is an [IllegalArgumentException] whose message is the key, a colon, and what was
/// expected; [ConfigLoader] finds the line from that.
final class Check {
    private Check() {}

    static void that(boolean valid, String key, String expected) {
        if (!valid) {
            throw new IllegalArgumentException(key + ": expected " + expected);
        }
    }

    static void port(int port) {
        that(port >= 0 && port <= 65_535, "port", "a port from 0 to 65535");
    }
}
