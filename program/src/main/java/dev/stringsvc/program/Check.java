package dev.stringsvc.program;

/// Checks settings. A setting that is not valid is a [SettingException].
public final class Check {
    private static final int LARGEST_PORT = 65_535;

    private Check() {}

    /// @param expected what is valid, after the word "expected"
    public static void that(boolean valid, String key, String expected) {
        if (!valid) {
            throw new SettingException(key, "expected " + expected);
        }
    }

    /// A port to listen on; 0 picks a free one.
    public static void port(int port) {
        that(port >= 0 && port <= LARGEST_PORT, "port", "a port from 0 to " + LARGEST_PORT);
    }
}
