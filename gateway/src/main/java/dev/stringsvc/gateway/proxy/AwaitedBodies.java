package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.client.Client;
import dev.stringsvc.gateway.client.ClientBody;
import dev.stringsvc.gateway.client.SlowClientException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// The clients whose bodies are waited for, each of which holds a thread and a connection's buffers.
/// When there are too many, one is answered with 408: of those that are behind the asked rate by more
/// than a second's bytes, one of the address that holds most, the furthest behind; where none is, the
/// furthest behind of the address that holds most. Thread-safe.
final class AwaitedBodies {
    private final int most;
    private final long bytesPerSecond;
    private final Map<Client, Awaited> bodies = new LinkedHashMap<>();

    /// @param bytesPerSecond the asked rate
    AwaitedBodies(int most, long bytesPerSecond) {
        this.most = most;
        this.bytesPerSecond = bytesPerSecond;
    }

    private record Awaited(Object address, ClientBody body) {}

    /// The one that is answered with 408 is still waited for then: its request cannot have gone on in
    /// between.
    ///
    /// @param address whose request it is, as [ClientAddress] has it
    /// @return false where it is this one that there is no room for
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
    /// @param holds how many bodies of its address are waited for
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
