package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.upstream.ManualClock;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/// Simulated time that advances from event to event. Used by one thread.
final class SimulatedTime {
    private final ManualClock clock = new ManualClock();
    private final PriorityQueue<Event> events =
            new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
    private long now;
    private long scheduled;

    private record Event(long at, long number, Runnable action) {}

    /// Nanoseconds since the beginning.
    long nanos() {
        return now;
    }

    Clock clock() {
        return clock;
    }

    /// Schedules an event after this many nanoseconds; events of the same moment run in the order in
    /// which they were scheduled.
    void after(long nanos, Runnable action) {
        events.add(new Event(now + nanos, scheduled++, action));
    }

    /// Runs all events.
    void run() {
        while (!events.isEmpty()) {
            Event next = events.remove();
            clock.advance(Duration.ofNanos(next.at() - now));
            now = next.at();
            next.action().run();
        }
    }
}
