package dev.stringsvc.gateway.retry;

import java.util.concurrent.atomic.AtomicInteger;

/// Limits the requests that one service holds at a time, so that a service that hangs does not take all
/// of the gateway's room. There is no limit until [#limit] is called. Thread-safe; never blocks.
public final class Bulkhead {
    private final AtomicInteger held = new AtomicInteger();
    private volatile int limit = Integer.MAX_VALUE;

    /// Changes the limit. Requests that are already admitted stay, even if they exceed the new limit.
    public void limit(int requests) {
        limit = requests;
    }

    /// Admits one more request, which must be followed by [#release]; false if there is no room.
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

    /// How many requests are admitted and not yet released.
    public int held() {
        return held.get();
    }

    /// True if [#tryAcquire] would refuse now.
    public boolean isFull() {
        return held.get() >= limit;
    }

    /// Releases the place of a request that was admitted.
    public void release() {
        held.decrementAndGet();
    }
}
