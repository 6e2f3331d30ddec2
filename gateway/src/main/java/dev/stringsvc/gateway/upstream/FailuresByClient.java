package dev.stringsvc.gateway.upstream;

/// How many failures in a row came of each client. It tells a few apart, which is more than are needed.
/// Not thread-safe.
final class Tally {
    private static final int MOST = 16;

    private final int[] tags = new int[MOST];
    private final int[] counts = new int[MOST];
    private int size;
    private int rest;

    void add(int tag) {
        for (int i = 0; i < size; i++) {
            if (tags[i] == tag) {
                counts[i]++;
                return;
            }
        }
        if (size < MOST) {
            tags[size] = tag;
            counts[size++] = 1;
        } else {
            rest++;
        }
    }

    /// Those of one client.
    int of(int tag) {
        for (int i = 0; i < size; i++) {
            if (tags[i] == tag) {
                return counts[i];
            }
        }
        return 0;
    }

    /// All, but of each client no more than this.
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
