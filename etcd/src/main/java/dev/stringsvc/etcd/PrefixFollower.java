package dev.stringsvc.etcd;

import dev.stringsvc.program.VitalThread;
import java.time.Duration;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Follows all keys below a prefix: lists them, watches from there on, goes on where a lost watch
/// was, and lists anew when etcd has not kept the changes in between. It retries for ever.
public final class PrefixFollower implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PrefixFollower.class);
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    /// A watch that lasts for this long was no failure, even if it is lost without an event.
    private static final Duration LASTING = Duration.ofSeconds(10);

    private final EtcdClient client;
    private final String prefix;
    private final Listener listener;
    private final Backoff backoff;
    private final Thread thread;
    private volatile boolean closed;
    private volatile @Nullable Watch current;

    private final TreeMap<String, KeyValue> entries = new TreeMap<>();
    /// The size of all keys and values.
    private long characters;

    private long revision;
    private boolean listed;
    private boolean failing;

    /// Hears of the keys, on the follower's thread.
    public interface Listener {
        /// These are all keys now. Called after each change, when etcd answers again after a failure,
        /// and when etcd still answers after a time without changes (the limit of silence).
        void changed(List<KeyValue> entries, long revision);

        /// etcd cannot be asked. The keys may have changed since the last call of [#changed].
        ///
        /// @param reason a sentence for the log
        void failed(String reason);
    }

    private PrefixFollower(EtcdClient client, String prefix, Listener listener, Backoff backoff) {
        this.client = client;
        this.prefix = prefix;
        this.listener = listener;
        this.backoff = backoff;
        this.thread = VitalThread.virtual("etcd " + prefix, () -> closed, this::run);
    }

    /// Starts to follow on a new thread, and returns at once. The client stays open when the
    /// follower is closed.
    public static PrefixFollower start(EtcdClient client, String prefix, Listener listener) {
        return start(client, prefix, listener, Backoff.standard());
    }

    static PrefixFollower start(EtcdClient client, String prefix, Listener listener, Backoff backoff) {
        var follower = new PrefixFollower(client, prefix, listener, backoff);
        follower.thread.start();
        return follower;
    }

    private void run() {
        int failures = 0;
        while (!closed) {
            try {
                if (!listed) {
                    list();
                }
                failures = follow() ? 1 : failures + 1;
            } catch (EtcdException e) {
                failures++;
                if (closed) {
                    return;
                }
                failing = true;
                tell(() -> listener.failed(String.valueOf(e.getMessage())));
            }
            try {
                Thread.sleep(backoff.afterFailure(failures));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void list() throws EtcdException {
        Range range = client.range(prefix);
        forget();
        range.entries().forEach(this::put);
        revision = range.revision();
        listed = true;
        tellEntries();
    }

    /// Watches until the watch is over.
    ///
    /// @return true if it was of use
    private boolean follow() throws EtcdException {
        long begin = System.nanoTime();
        boolean useful = false;
        try (Watch watch = client.watch(prefix, revision + 1)) {
            current = watch;
            if (failing) {
                tellEntries(); // nothing may have changed
            }
            while (!closed) {
                switch (watch.next()) {
                    case WatchResult.Events events -> {
                        apply(events);
                        useful = true;
                    }
                    case WatchResult.Quiet _ -> tellEntries();
                    case WatchResult.Compacted compacted -> {
                        LOG.info(
                                "{}: etcd cannot give the changes since revision {} (they are compacted, or it has"
                                        + " lost data; it names revision {}): listing the keys anew",
                                prefix,
                                revision + 1,
                                compacted.revision());
                        listed = false;
                        return useful;
                    }
                    case WatchResult.Lost lost -> {
                        LOG.debug("{}: {}", prefix, lost.reason());
                        useful |= System.nanoTime() - begin > LASTING.toNanos();
                        // a watch that is lost again and again may be of no use at all
                        listed = useful;
                        return useful;
                    }
                }
            }
        }
        return useful;
    }

    private void apply(WatchResult.Events events) throws EtcdException {
        for (WatchResult.Change change : events.changes()) {
            switch (change) {
                case WatchResult.Change.Put put -> put(put.entry());
                case WatchResult.Change.Deleted deleted -> characters -= size(entries.remove(deleted.key()));
            }
        }
        revision = events.revision();
        refuseTooMuch();
        tellEntries();
    }

    private void put(KeyValue entry) {
        characters += size(entry) - size(entries.put(entry.key(), entry));
    }

    private static long size(@Nullable KeyValue entry) {
        return entry == null ? 0 : entry.key().length() + entry.value().length();
    }

    /// A listing has a limit of bytes. Without the same limit here, many small changes could fill the
    /// memory.
    private void refuseTooMuch() throws EtcdException {
        int most = client.limits().bytes();
        if (characters > most) {
            forget();
            listed = false;
            throw new EtcdException(
                    EtcdException.Kind.UNREADABLE, "the keys below " + prefix + " hold more than " + most + " bytes");
        }
    }

    private void forget() {
        entries.clear();
        characters = 0;
    }

    private void tellEntries() {
        failing = false;
        tell(() -> listener.changed(List.copyOf(entries.values()), revision));
    }

    private void tell(Runnable event) {
        if (closed) {
            return;
        }
        try {
            event.run();
        } catch (RuntimeException e) {
            LOG.error("{}: a listener failed", prefix, e);
        }
    }

    /// Stops following. Returns once the listener hears no more, and after four seconds at the
    /// latest.
    @Override
    public void close() {
        closed = true;
        Watch watch = current;
        if (watch != null) {
            watch.close();
        }
        thread.interrupt();
        try {
            var _ = thread.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
