package dev.stringsvc.gateway.discovery.etcd;

import dev.stringsvc.etcd.KeyValue;
import dev.stringsvc.etcd.PrefixFollower;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Keeps the latest that a follower has told, until another thread takes it. Thread-safe.
final class LatestNews implements PrefixFollower.Listener {
    private @Nullable Keys keys;
    private @Nullable String failure;

    /// All keys at one revision.
    record Keys(List<KeyValue> entries, long revision) {}

    /// What is new, in this order.
    ///
    /// @param keys `null` if nothing was listed since the last time
    /// @param failure why etcd cannot be asked now; `null` if it can, or that was told before
    record Told(@Nullable Keys keys, @Nullable String failure) {}

    @Override
    public synchronized void changed(List<KeyValue> entries, long revision) {
        keys = new Keys(entries, revision);
        failure = null;
        notifyAll();
    }

    @Override
    public synchronized void failed(String reason) {
        failure = reason;
        notifyAll();
    }

    /// Waits until there is something new.
    synchronized void await() throws InterruptedException {
        while (keys == null && failure == null) {
            wait();
        }
    }

    synchronized Told take() {
        var told = new Told(keys, failure);
        keys = null;
        failure = null;
        return told;
    }
}
