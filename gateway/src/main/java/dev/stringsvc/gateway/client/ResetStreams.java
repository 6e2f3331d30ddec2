package dev.stringsvc.gateway.client;

/// The last streams of a connection that the gateway has reset. Takes no memory until there is one.
/// Thread-safe.
final class ResetStreams {
    private static final int MOST = 128;
    private static final int[] NONE = {};

    private int[] ids = NONE;
    private int next;

    synchronized void add(int id) {
        if (ids.length == 0) {
            ids = new int[MOST];
        }
        ids[next] = id;
        next = (next + 1) % MOST;
    }

    synchronized boolean contains(int id) {
        for (int known : ids) {
            if (known == id) {
                return true;
            }
        }
        return false;
    }
}
