package dev.stringsvc.etcd;

import dev.stringsvc.program.VitalThread;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps one key in etcd under a lease, which it keeps alive. If the lease or the key is lost, or
/// the key is to be another one, it grants a new lease and writes the key again. It retries for
/// ever, and logs the first failure and the recovery only. One thread makes all calls, so the key
/// cannot be written again after it was deleted.
public final class LeasedKey implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LeasedKey.class);

    /// Long enough for a call in flight and the revocation to reach their timeouts, with one
    /// endpoint.
    private static final Duration PATIENCE = Duration.ofSeconds(6);

    /// So two in three may fail before the lease ends.
    private static final int ROUNDS_PER_TTL = 3;

    private final EtcdClient client;
    private final Duration ttl;
    private final Source source;
    private final Backoff backoff;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;

    private @Nullable Registered registered;
    private @Nullable String trouble;
    private int failures;

    /// A key and what it is to hold.
    public record Entry(String key, String value) {}

    /// Says what to keep in etcd. It is asked in every round, because a program's address may
    /// change.
    @FunctionalInterface
    public interface Source {
        /// @throws IOException if that is not known now; the message is for the log
        Entry current() throws IOException;
    }

    private record Registered(Entry entry, EtcdClient.Lease lease) {}

    private LeasedKey(EtcdClient client, Duration ttl, Source source) {
        this.client = client;
        this.ttl = ttl;
        this.source = source;
        this.backoff = Backoff.standard();
        this.thread = VitalThread.virtual("leased-key", () -> closing.getCount() == 0, this::run);
    }

    /// Starts to write the key on a new thread, and returns at once. The client stays open when
    /// this is closed.
    ///
    /// @param ttl how long the key stays after the program was killed; etcd may choose a longer
    /// time
    public static LeasedKey start(EtcdClient client, Duration ttl, Source source) {
        var key = new LeasedKey(client, ttl, source);
        key.thread.start();
        return key;
    }

    private void run() {
        try {
            Duration wait;
            do {
                wait = round();
            } while (!closing.await(wait.toNanos(), TimeUnit.NANOSECONDS));
            delete();
        } catch (InterruptedException e) {
            LOG.warn("registration in etcd was interrupted", e);
        }
    }

    /// Checks the key once and repairs it. Returns how long to wait before the next round.
    private Duration round() {
        try {
            Entry entry = source.current();
            Registered known = registered;
            if (known == null || !known.entry.equals(entry) || !isThere(known)) {
                register(entry);
            } else if (trouble != null) {
                LOG.info("etcd answers again and still has {}", entry.key());
            }
            trouble = null;
            failures = 0;
            return (registered == null ? ttl : registered.lease.ttl()).dividedBy(ROUNDS_PER_TTL);
        } catch (IOException | RuntimeException e) {
            logOnce(e);
            return backoff.afterFailure(++failures);
        }
    }

    private boolean isThere(Registered known) throws EtcdException {
        long lease = known.lease.id();
        return client.keepAlive(lease).isPositive()
                && client.get(known.entry.key())
                        .filter(found -> found.lease() == lease && found.value().equals(known.entry.value()))
                        .isPresent();
    }

    private void register(Entry entry) throws EtcdException {
        if (closing.getCount() == 0) {
            return;
        }
        Registered known = registered;
        if (known != null) {
            client.revoke(known.lease.id());
        }
        EtcdClient.Lease lease = client.grant(ttl);
        registered =
                new Registered(entry, lease); // before the key is written, so that the lease is revoked in any case
        long _ = client.put(entry.key(), entry.value(), lease.id());
        LOG.info("{} in etcd as {}", known == null ? "registered" : "registered again", entry.key());
    }

    private void logOnce(Exception e) {
        String sentence = String.valueOf(e.getMessage());
        if (sentence.equals(trouble)) {
            return;
        }
        trouble = sentence;
        String state = registered == null ? "not registered in etcd yet" : "cannot check the registration in etcd";
        if (e instanceof IOException) {
            LOG.warn("{}; the program goes on and retries: {}", state, sentence);
        } else {
            LOG.warn("{}; the program goes on and retries", state, e);
        }
    }

    private void delete() {
        Registered known = registered;
        if (known == null) {
            return;
        }
        try {
            client.revoke(known.lease.id());
            LOG.info("deregistered {} from etcd", known.entry.key());
        } catch (EtcdException | RuntimeException e) {
            LOG.warn(
                    "could not deregister {} from etcd, stopping without it; it ends with its lease: {}",
                    known.entry.key(),
                    e.getMessage());
        }
    }

    /// Deletes the key and stops. Returns once that is done, and after six seconds at the latest.
    @Override
    public void close() {
        closing.countDown();
        try {
            if (!thread.join(PATIENCE)) {
                LOG.warn("etcd did not answer in time to deregister, stopping without it");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
