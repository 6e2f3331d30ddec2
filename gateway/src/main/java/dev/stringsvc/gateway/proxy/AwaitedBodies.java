package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.Client;
import dev.stringsvc.gateway.client.ClientBody;
import dev.stringsvc.gateway.client.SlowClientException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// The clients whose bodies are awaited; each holds a thread and a connection's buffers. When there are
/// too many, one is answered with 408: the client furthest behind the required rate, taken from those
/// that are more than a second's bytes behind (of these, from the address that holds most). If no
/// client is that far behind, it is the furthest behind of the address that holds most. Thread-safe.
final class AwaitedBodies {
    private final int most;
    private final long bytesPerSecond;
    private final Map<Client, Awaited> bodies = new LinkedHashMap<>();

    /// @param bytesPerSecond the rate that a client must keep
    AwaitedBodies(int most, long bytesPerSecond) {
        this.most = most;
        this.bytesPerSecond = bytesPerSecond;
    }

    private record Awaited(Object address, ClientBody body) {}

    /// Adds a body. If another client is to be answered with 408, its body is stopped under the lock,
    /// so that its request cannot have gone on in the meantime.
    ///
    /// @param address the client, as [ClientAddress] identifies it
    /// @return false if this client itself gets no room
    boolean add(Client client, Object address, ClientBody body) {
        synchronized (bodies) {
            bodies.put(client, new Awaited(address, body));
            if (bodies.size() <= most) {
                return true;
            }
            Client goes = choose();
            bodies.remove(goes);
            if (goes.equals(client)) {
                return false;
            }
            goes.stopBody(new SlowClientException());
            return true;
        }
    }

    private Client choose() {
        Map<Object, Integer> held = new HashMap<>();
        bodies.values().forEach(awaited -> held.merge(awaited.address(), 1, Integer::sum));
        return bodies.entrySet().stream()
                .map(entry -> Candidate.of(entry, held, bytesPerSecond))
                .max(Comparator.comparing(Candidate::slow)
                        .thenComparingInt(Candidate::holds)
                        .thenComparingDouble(Candidate::behind))
                .orElseThrow()
                .client();
    }

    /// @param slow true if it is behind by more than a second's bytes
    /// @param holds how many bodies of its address are awaited
    private record Candidate(Client client, boolean slow, int holds, double behind) {
        static Candidate of(Map.Entry<Client, Awaited> entry, Map<Object, Integer> held, long bytesPerSecond) {
            double behind = entry.getValue().body().behind();
            int holds = held.getOrDefault(entry.getValue().address(), 0);
            return new Candidate(entry.getKey(), behind > bytesPerSecond, holds, behind);
        }
    }

    void remove(Client client) {
        synchronized (bodies) {
            bodies.remove(client);
        }
    }
}
