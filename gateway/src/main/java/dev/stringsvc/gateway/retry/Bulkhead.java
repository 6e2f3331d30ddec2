package dev.stringsvc.gateway.retry;

import java.util.concurrent.atomic.AtomicInteger;

/// Bounds how many requests one service holds at a time, so that a service that hangs does not take all
/// the room that the gateway has. Takes any number until [#limit] is called. Thread-safe; nobody waits
/// here.
public final class Bulkhead {
    private final AtomicInteger held = new AtomicInteger();
    private volatile int limit = Integer.MAX_VALUE;

    /// Changes the limit. Requests that are inside stay, also when there are more of them than the new
    /// limit.
    public void limit(int requests) {
        limit = requests;
    }

    /// Lets one more request in, which must be followed by [#release]; false if there is no room.
    public boolean tryAcquire() {
        int now = held.get();
        while (now < limit) {
            int seen = held.compareAndExchange(now, now + 1);
            if (seen == now) {
                return true;
            }
            now = seen;
        }
        return false;
    }

    /// True if [#tryAcquire] would refuse now.
    public boolean isFull() {
        return held.get() >= limit;
    }

    /// Ends a request that was let in.
    public void release() {
        held.decrementAndGet();
    }
}
