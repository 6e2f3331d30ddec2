package dev.stringsvc.gateway.retry;

import dev.stringsvc.gateway.upstream.ManualClock;
import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.PriorityQueue;

/// Time that passes from event to event. Used by one thread.
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

    /// Has something happen after so many nanoseconds; what is to happen at the same moment happens in this order.
    void after(long nanos, Runnable action) {
        events.add(new Event(now + nanos, scheduled++, action));
    }

    /// Lets everything happen.
    void run() {
        while (!events.isEmpty()) {
            Event next = events.remove();
            clock.advance(Duration.ofNanos(next.at() - now));
            now = next.at();
            next.action().run();
        }
    }
}
