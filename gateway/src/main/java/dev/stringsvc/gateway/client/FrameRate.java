package dev.stringsvc.gateway.client;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.eclipse.jetty.http2.RateControl;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;
import org.eclipse.jetty.io.WindowRateControl;

/// Limits a client's frames that flow control does not limit, to 128 a second. WINDOW_UPDATE has its own
/// limit: 128 a second, and four for each 4 KiB of a response or smaller piece. Honest clients with
/// small windows send that many: one for the stream and one for the connection per frame, and a small
/// window splits frames.
///
/// One thread at a time counts the client's frames. Any thread may call [#sent] and [#onEvent], which
/// Jetty also calls for streams that the gateway resets.
@SuppressWarnings("removal") // Jetty's parser takes no other type of rate control yet
final class FrameRate implements RateControl {
    private static final int PER_SECOND = 128;
    private static final int PIECE = 4_096;
    private static final int UPDATES_EACH = 4;
    private static final int TABLE_CHANGES = 4;
    private static final int TABLE_CHANGE_COUNTS = 16;
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final WindowRateControl frames = new WindowRateControl(PER_SECOND, Duration.ofSeconds(1));
    private final LongSupplier nanoTime;
    /// WINDOW_UPDATEs that the client may still send for the bytes that it was sent.
    private final AtomicLong owed = new AtomicLong();

    private long since;
    private int updates;
    private int tableChanges;

    FrameRate(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.since = nanoTime.getAsLong();
    }

    /// Jetty also calls this for a WINDOW_UPDATE on a closed stream, which [#takesWindowUpdate] has
    /// counted already.
    @Override
    public boolean onEvent(Object frame) {
        return (frame instanceof WindowUpdateFrame update && update.getWindowDelta() > 0) || frames.onEvent(frame);
    }

    /// Notes a piece of a response.
    void sent(int bytes) {
        owed.addAndGet(UPDATES_EACH * ((bytes + PIECE - 1L) / PIECE));
    }

    /// Counts a WINDOW_UPDATE.
    ///
    /// @return false if there are too many
    boolean takesWindowUpdate() {
        if (owed.get() > 0) {
            owed.decrementAndGet();
            return true;
        }
        beginSecond();
        return ++updates <= PER_SECOND || frames.onEvent("WINDOW_UPDATE");
    }

    /// Counts a change of SETTINGS_HEADER_TABLE_SIZE. Many of them cost more than other frames.
    ///
    /// @return false if there are too many
    boolean takesTableChange() {
        beginSecond();
        if (++tableChanges <= TABLE_CHANGES) {
            return true;
        }
        boolean takes = true;
        for (int i = 0; i < TABLE_CHANGE_COUNTS; i++) {
            takes = frames.onEvent("SETTINGS_HEADER_TABLE_SIZE");
        }
        return takes;
    }

    private void beginSecond() {
        long now = nanoTime.getAsLong();
        if (now - since >= SECOND) {
            since = now;
            updates = 0;
            tableChanges = 0;
        }
    }
}
