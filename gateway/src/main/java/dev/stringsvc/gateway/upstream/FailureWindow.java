package dev.stringsvc.gateway.upstream;

/// The last attempts that the circuit breaker counted, each with the client whose request failed. Not
/// thread-safe.
final class FailureWindow {
    /// In place of a client: the attempt succeeded, or failed in a way that no request can provoke.
    static final int NOBODY = 0;

    private final int[] clients;
    private int counted;

    FailureWindow(int size) {
        this.clients = new int[size];
    }

    void add(int client) {
        int size = clients.length;
        clients[counted % size] = client;
        counted = counted < size ? counted + 1 : size + (counted + 1) % size;
    }

    /// The number of attempts in the window, at most its size.
    int attempts() {
        return Math.min(counted, clients.length);
    }

    /// The number of failures of one client.
    int of(int client) {
        int failures = 0;
        for (int i = 0; i < attempts(); i++) {
            if (clients[i] == client) {
                failures++;
            }
        }
        return failures;
    }

    void clear() {
        counted = 0;
    }
}
