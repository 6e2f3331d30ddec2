package dev.stringsvc.gateway.telemetry;

import dev.stringsvc.program.Excerpt;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// The last thousand changes: instances that come, leave or are ejected, reloads, failures of discovery.
/// Thread-safe.
public final class EventLog {
    static final int MOST = 1_000;
    /// In characters. A detail may quote what was registered or configured.
    private static final int LONGEST_DETAIL = 500;

    private final Clock clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition added = lock.newCondition();
    private final Deque<Event> events = new ArrayDeque<>();
    private long last;

    /// One change.
    ///
    /// @param number counts all events since the start, from 1
    /// @param service `null` if it concerns no single service
    /// @param subject the id of the instance or the name of the route; `null` if it concerns neither
    /// @param detail why, or what it means, in a sentence; `null` if the kind says it all
    public record Event(
            long number,
            Instant at,
            Kind kind,
            @Nullable String service,
            @Nullable String subject,
            @Nullable String detail) {}

    /// What changed.
    public enum Kind {
        /// An instance takes requests from now on.
        JOINED,
        /// An instance takes no new requests.
        LEFT,
        /// An instance fails, and takes no requests until it is healthy again.
        EJECTED,
        /// An ejected instance takes requests again.
        RETURNED,
        /// Discovery no longer lists an instance, but too many others neither; it is used while it responds.
        SUSPECT,
        /// So many instances fail that all are used.
        PANIC,
        /// Fewer instances fail than may be ejected.
        PANIC_OVER,
        /// Discovery fails; the last known instances stay.
        WATCH_FAILED,
        /// Discovery answers again.
        WATCH_BACK,
        /// The configuration was loaded again.
        RELOADED,
        /// A changed configuration is not valid; the previous one stays.
        RELOAD_REFUSED,
        /// A route by tags is not used.
        QUARANTINED,
        /// No route names the service any more.
        RETIRED;

        /// As the admin port writes it, for example `watch-failed`.
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    EventLog(Clock clock) {
        this.clock = clock;
    }

    void add(Kind kind, @Nullable String service, @Nullable String subject, @Nullable String detail) {
        lock.lock();
        try {
            last++;
            @Nullable String kept = detail == null ? null : Excerpt.of(detail, LONGEST_DETAIL);
            events.add(new Event(last, clock.instant(), kind, service, subject, kept));
            if (events.size() > MOST) {
                events.remove();
            }
            added.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The events with a greater number that are still kept, the oldest first.
    public List<Event> after(long number) {
        lock.lock();
        try {
            List<Event> later = new ArrayList<>();
            for (Event event : events) {
                if (event.number() > number) {
                    later.add(event);
                }
            }
            return later;
        } finally {
            lock.unlock();
        }
    }

    /// The number of the last event; 0 if there was none.
    public long last() {
        lock.lock();
        try {
            return last;
        } finally {
            lock.unlock();
        }
    }

    /// Waits for an event with a greater number, but no longer than `atMost`.
    public List<Event> await(long number, Duration atMost) throws InterruptedException {
        lock.lock();
        try {
            long nanos = atMost.toNanos();
            while (last <= number && nanos > 0) {
                nanos = added.awaitNanos(nanos);
            }
            return after(number);
        } finally {
            lock.unlock();
        }
    }
}
