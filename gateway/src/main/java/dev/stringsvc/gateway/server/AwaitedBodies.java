package dev.stringsvc.gateway.server;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The clients whose bodies are waited for, each of which holds a thread and a connection's buffers. When there are too
/// many, one is let go of: among those that send below the asked rate, of the address that holds most, the one that is
/// furthest behind. Where none is below the rate, it is the newest of the address that holds most. Thread-safe.
final class AwaitedBodies {
    private final int most;
    private final Map<Client, Awaited> bodies = new LinkedHashMap<>();

    AwaitedBodies(int most) {
        this.most = most;
    }

    private record Awaited(Object address, ClientBody body) {}

    /// The one that is let go of is still waited for then: its request cannot have gone on in between.
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
        @Nullable Client slowest = null;
        @Nullable Client newest = null;
        int slowestHolds = 0;
        int newestHolds = 0;
        double furthest = 0;
        for (var entry : bodies.entrySet()) {
            Awaited awaited = entry.getValue();
            int holds = held.getOrDefault(awaited.address(), 0);
            double behind = awaited.body().behind();
            if (behind > 0 && (holds > slowestHolds || (holds == slowestHolds && behind > furthest))) {
                slowest = entry.getKey();
                slowestHolds = holds;
                furthest = behind;
            }
            if (holds >= newestHolds) {
                newest = entry.getKey();
                newestHolds = holds;
            }
        }
        if (slowest != null) {
            return slowest;
        }
        if (newest != null) {
            return newest;
        }
        throw new IllegalStateException("nobody is waited for");
    }

    void remove(Client client) {
        synchronized (bodies) {
            bodies.remove(client);
        }
    }
}
