package dev.stringsvc.gateway.transport.h2;

import org.eclipse.jetty.http2.RateControl;
import org.eclipse.jetty.http2.frames.ResetFrame;

/// Limits an instance's frames that flow control does not limit: PING, SETTINGS, PRIORITY,
/// WINDOW_UPDATE, CONTINUATION, empty DATA, and frames on closed streams. It allows a thousand a second,
/// and four more for each frame that was sent to the instance, since an instance may answer each DATA
/// frame with two WINDOW_UPDATE and a PING. Thread-safe.
@SuppressWarnings("removal") // Jetty has no other type for its parser yet
final class FrameBudget implements RateControl {
    private static final int PER_SECOND = 1_000;
    private static final int PER_FRAME_SENT = 4;
    private static final int LARGEST = 10_000;
    private static final long NANOS_EACH = 1_000_000_000L / PER_SECOND;

    private int left = PER_SECOND;
    private long filledAt = System.nanoTime();

    /// Jetty also calls this before it sends a RST_STREAM, which does not count. [InstanceSession]
    /// counts the received ones.
    @Override
    public boolean onEvent(Object frame) {
        return frame instanceof ResetFrame || take();
    }

    /// Counts one frame.
    ///
    /// @return false if there are too many
    synchronized boolean take() {
        long passed = (System.nanoTime() - filledAt) / NANOS_EACH;
        if (passed > 0) {
            filledAt += passed * NANOS_EACH;
            left = (int) Math.max(left, Math.min(PER_SECOND, left + passed));
        }
        return left-- > 0;
    }

    synchronized void sent() {
        left = Math.min(LARGEST, Math.max(left, 0) + PER_FRAME_SENT);
    }
}
