package dev.stringsvc.gateway.server;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/// The clients whose bodies are waited for, each of which holds a thread and a connection's buffers. When there are too
/// many, the one that is waited for longest is let go of: an honest client sends its body within moments, and so gets
/// through however many others send theirs slowly. Thread-safe.
final class AwaitedBodies {
    private final int most;
    private final Set<Client> clients = new LinkedHashSet<>();

    AwaitedBodies(int most) {
        this.most = most;
    }

    /// The one that is let go of is still waited for then: its request cannot have gone on in between.
    void add(Client client) {
        synchronized (clients) {
            clients.add(client);
            if (clients.size() > most) {
                Iterator<Client> first = clients.iterator();
                Client longest = first.next();
                first.remove();
                longest.stopBody(new SlowClientException());
            }
        }
    }

    void remove(Client client) {
        synchronized (clients) {
            clients.remove(client);
        }
    }
}
