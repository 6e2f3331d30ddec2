package dev.stringsvc.gateway.tunnel;

import java.io.IOException;

/// One direction of a WebSocket tunnel: it passes bytes on as they arrive, and can insert a Close frame
/// where a frame ends. Bytes after that are dropped, since nothing may follow a Close frame. One thread
/// calls [#pass]; any other may call [#leave].
final class FrameRelay {
    private static final int CHUNK = 8_192;

    private final Source from;
    private final Sink to;
    private final byte[] closeFrame;
    private final FrameTracker frames = new FrameTracker();
    private volatile boolean leaving;
    private boolean closeSent;
    private long bytes;

    /// Reads as [java.io.InputStream#read(byte[])] does.
    @FunctionalInterface
    interface Source {
        int read(byte[] bytes) throws IOException;
    }

    /// Writes all of these bytes.
    @FunctionalInterface
    interface Sink {
        void write(byte[] bytes, int from, int length) throws IOException;
    }

    /// @param closeFrame a Close frame, as the sender would write it
    FrameRelay(Source from, Sink to, byte[] closeFrame) {
        this.from = from;
        this.to = to;
        this.closeFrame = closeFrame;
    }

    /// Passes bytes on until the sender ends, or until it has sent its own Close frame after [#leave].
    void pass() throws IOException {
        byte[] chunk = new byte[CHUNK];
        for (int n; (n = from.read(chunk)) >= 0; ) {
            if (isLast(chunk, n)) {
                return;
            }
        }
    }

    private synchronized boolean isLast(byte[] chunk, int length) throws IOException {
        if (!leaving) {
            track(chunk, 0, length);
            write(chunk, length);
            return false;
        }
        int frameEnd = closeSent ? 0 : frames.take(chunk, 0, length);
        write(chunk, frameEnd);
        sendClose();
        track(chunk, frameEnd, length);
        return frames.closed();
    }

    private void track(byte[] chunk, int from, int length) {
        for (int at = from; at < length; ) {
            at += frames.take(chunk, at, length);
        }
    }

    private void write(byte[] chunk, int length) throws IOException {
        if (length > 0) {
            to.write(chunk, 0, length);
            bytes += length;
        }
    }

    /// Drops everything after the current frame from now on. Does not wait.
    void stopAfterFrame() {
        leaving = true;
    }

    /// Sends a Close frame on behalf of the sender, as soon as a frame ends, unless the sender has sent
    /// one.
    synchronized void leave() throws IOException {
        leaving = true;
        sendClose();
    }

    private void sendClose() throws IOException {
        if (leaving && !closeSent && !frames.closed() && frames.between()) {
            closeSent = true;
            write(closeFrame, closeFrame.length);
        }
    }

    /// The number of bytes that were written to the receiver.
    synchronized long bytes() {
        return bytes;
    }
}
