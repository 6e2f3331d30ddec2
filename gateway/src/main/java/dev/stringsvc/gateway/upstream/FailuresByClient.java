package dev.stringsvc.gateway.upstream;

/// The number of failures in a row by client, for up to 16 clients; ejecting needs fewer. Failures of
/// further clients are counted together. Not thread-safe.
final class FailuresByClient {
    private static final int MAX_CLIENTS = 16;

    private final int[] tags = new int[MAX_CLIENTS];
    private final int[] counts = new int[MAX_CLIENTS];
    private int size;
    private int rest;

    void add(int tag) {
        for (int i = 0; i < size; i++) {
            if (tags[i] == tag) {
                counts[i]++;
                return;
            }
        }
        if (size < MAX_CLIENTS) {
            tags[size] = tag;
            counts[size++] = 1;
        } else {
            rest++;
        }
    }

    /// The failures of one client.
    int of(int tag) {
        for (int i = 0; i < size; i++) {
            if (tags[i] == tag) {
                return counts[i];
            }
        }
        return 0;
    }

    /// All failures, but no more than `each` of one client.
    int atMost(int each) {
        int sum = rest;
        for (int i = 0; i < size; i++) {
            sum += Math.min(each, counts[i]);
        }
        return sum;
    }

    void clear() {
        size = 0;
        rest = 0;
    }
}
