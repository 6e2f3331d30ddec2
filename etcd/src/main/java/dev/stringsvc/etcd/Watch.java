package dev.stringsvc.etcd;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A watch of the keys with one prefix. One thread at a time calls [#next]; any thread may call
/// [#close].
public final class Watch implements AutoCloseable {
    private final Opener opener;
    private final EtcdLimits limits;
    private final ReentrantLock reading = new ReentrantLock();
    private volatile WatchStream stream;
    private volatile boolean closed;
    private volatile long revision;
    private @Nullable WatchResult pending;

    /// Opens a stream of the changes from a revision on.
    @FunctionalInterface
    interface Opener {
        WatchStream from(long revision) throws EtcdException;
    }

    /// @param revision changes up to this revision are known
    Watch(Opener opener, EtcdLimits limits, long revision) throws EtcdException {
        this.opener = opener;
        this.limits = limits;
        this.revision = revision;
        this.stream = opener.from(revision + 1);
        this.pending = atBeginning(stream.first());
    }

    /// Waits until there is something to say. After anything but [WatchResult.Events] and
    /// [WatchResult.Quiet] the watch is over.
    ///
    /// If nothing comes for as long as the limit of silence, it opens the stream anew, because the
    /// connection may be dead. If that works, the result is [WatchResult.Quiet].
    public WatchResult next() {
        reading.lock();
        try {
            while (!closed) {
                WatchResult result = pending;
                pending = null;
                if (result == null) {
                    result = read();
                }
                if (result != null) {
                    if (!(result instanceof WatchResult.Events || result instanceof WatchResult.Quiet)) {
                        closed = true;
                    }
                    return result;
                }
            }
            return new WatchResult.Lost("the watch is closed");
        } catch (IOException | IllegalArgumentException e) {
            boolean asked = closed;
            closed = true;
            return new WatchResult.Lost(asked ? "the watch is closed" : reason(e));
        } finally {
            if (closed) {
                stream.close();
            }
            reading.unlock();
        }
    }

    /// The changes up to this revision of the store have been returned. A new watch goes on at this
    /// revision plus 1.
    public long revision() {
        return revision;
    }

    /// Null if there is nothing to say yet.
    private @Nullable WatchResult read() throws IOException {
        try {
            return understand(stream.next());
        } catch (SocketTimeoutException silence) {
            stream.close();
            stream = opener.from(revision + 1);
            if (closed) {
                stream.cancel();
            }
            WatchResult over = atBeginning(stream.first());
            return over == null ? new WatchResult.Quiet(revision) : over;
        }
    }

    /// A revision that has fallen means that etcd has lost data. It would say nothing until it has
    /// caught up with the revision that the watch begins at.
    private @Nullable WatchResult atBeginning(Answers.Watched first) {
        if (first.compacted() > 0) {
            return new WatchResult.Compacted(first.compacted());
        }
        return first.revision() < revision ? new WatchResult.Compacted(first.revision()) : null;
    }

    private @Nullable WatchResult understand(Answers.Watched message) {
        if (message.compacted() > 0) {
            return new WatchResult.Compacted(message.compacted());
        }
        if (message.canceled()) {
            return new WatchResult.Lost("etcd at " + stream.endpoint() + " ended the watch: " + message.sentence());
        }
        List<Answers.Event> events = message.all();
        if (events.isEmpty()) {
            return null;
        }
        List<WatchResult.Change> changes =
                events.stream().map(Answers.Event::change).toList();
        // not the message's own revision: it may be newer than what has been sent so far
        long newest = events.stream()
                .mapToLong(event -> event.entry().revision())
                .max()
                .orElseThrow();
        revision = Math.max(revision, newest);
        return new WatchResult.Events(changes, revision);
    }

    private String reason(Exception e) {
        return switch (e) {
            case EtcdException known -> String.valueOf(known.getMessage());
            case IOException unreachable ->
                String.valueOf(JsonGateway.unreachable(stream.endpoint(), unreachable, limits.silence())
                        .getMessage());
            default -> "etcd at " + stream.endpoint() + " sent an event that is not etcd's: " + e.getMessage();
        };
    }

    /// Ends the watch. A thread in [#next] gets [WatchResult.Lost].
    @Override
    public void close() {
        closed = true;
        stream.cancel();
        if (reading.tryLock()) {
            try {
                stream.close();
            } finally {
                reading.unlock();
            }
        }
    }
}
