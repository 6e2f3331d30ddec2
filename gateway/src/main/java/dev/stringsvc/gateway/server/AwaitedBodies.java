package dev.stringsvc.gateway.server;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The clients whose bodies are waited for, each of which holds a thread and a connection's buffers. When there are too
/// many, the one that is waited for longest is let go of: an honest client sends its body within moments, and so gets
/// through however many others send theirs slowly. Thread-safe.
final class AwaitedBodies {
    private final int most;
    private final Set<ClientEndPoint> clients = new LinkedHashSet<>();

    AwaitedBodies(int most) {
        this.most = most;
    }

    void add(ClientEndPoint client) {
        @Nullable ClientEndPoint longest = null;
        synchronized (clients) {
            clients.add(client);
            if (clients.size() > most) {
                Iterator<ClientEndPoint> first = clients.iterator();
                longest = first.next();
                first.remove();
            }
        }
        if (longest != null) {
            longest.stopBody();
        }
    }

    void remove(ClientEndPoint client) {
        synchronized (clients) {
            clients.remove(client);
        }
    }
}
