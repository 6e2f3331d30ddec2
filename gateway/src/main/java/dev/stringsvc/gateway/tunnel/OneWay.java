package dev.stringsvc.gateway.tunnel;

import java.io.IOException;

/// One direction of a tunnel: passes what one side says on to the other as it comes, and can put a
/// goodbye in where a frame ends. What is said after that is not passed on, since nothing may follow a
/// Close frame. One thread passes; any other may say the goodbye.
final class OneWay {
    private static final int CHUNK = 8_192;

    private final Source from;
    private final Sink to;
    private final byte[] goodbye;
    private final Frames frames = new Frames();
    private volatile boolean leaving;
    private boolean goodbyeSaid;
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

    /// @param goodbye a Close frame, as the first side would say it
    OneWay(Source from, Sink to, byte[] goodbye) {
        this.from = from;
        this.to = to;
        this.goodbye = goodbye;
    }

    /// Passes on until the first side ends, or until both have said their goodbye.
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
        int frameEnd = goodbyeSaid ? 0 : frames.take(chunk, 0, length);
        write(chunk, frameEnd);
        sayGoodbye();
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

    /// From now on nothing passes behind the frame that is under way. Does not wait.
    void stopAfterFrame() {
        leaving = true;
    }

    /// Says goodbye in the first side's name, as soon as a frame ends, where it has not done so itself.
    synchronized void leave() throws IOException {
        leaving = true;
        sayGoodbye();
    }

    private void sayGoodbye() throws IOException {
        if (leaving && !goodbyeSaid && !frames.closed() && frames.between()) {
            goodbyeSaid = true;
            write(goodbye, goodbye.length);
        }
    }

    /// How many were written to the other side.
    synchronized long bytes() {
        return bytes;
    }
}
