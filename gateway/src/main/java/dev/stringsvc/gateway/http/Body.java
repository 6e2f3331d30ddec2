package dev.stringsvc.gateway.http;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/// A request's body.
public sealed interface Body {
    /// True if it can be sent once more from its first byte.
    boolean replayable();

    /// No body at all.
    record None() implements Body {
        @Override
        public boolean replayable() {
            return true;
        }
    }

    /// A body kept in memory. The bytes are not copied and must not change.
    ///
    /// @param trailers the fields that follow the body; with any of them the body is sent in chunks
    @SuppressWarnings("ArrayRecordComponent") // a carrier; nobody compares bodies
    record Buffered(byte[] bytes, HeaderFields trailers) implements Body {
        public Buffered(byte[] bytes) {
            this(bytes, HeaderFields.NONE);
        }

        @Override
        public boolean replayable() {
            return true;
        }
    }

    /// A body that is read from the client while it is sent. Its beginning can be remembered so that
    /// another attempt can send it again. Thread-safe: if an attempt ends while it waits for the
    /// client, the next attempt gets the bytes that arrive then.
    final class Streamed implements Body {
        private final InputStream in;
        private final long length;
        private final int mostRemembered;
        private final Supplier<HeaderFields> trailers;
        private final ReentrantLock reading = new ReentrantLock();
        private byte[] remembered = new byte[0];
        private volatile long taken;
        private volatile boolean replayable = true;
        private volatile long waitedNanos;
        private volatile long waitingSince;
        private volatile boolean waiting;

        /// A body that is not remembered.
        ///
        /// @param length in bytes; -1 where the client did not say
        public Streamed(InputStream in, long length) {
            this(in, length, 0, () -> HeaderFields.NONE);
        }

        /// @param length in bytes; -1 where the client did not say
        /// @param mostRemembered in bytes; the body is replayable until more has been read
        /// @param trailers called after the last byte of a body of unknown length
        public Streamed(InputStream in, long length, int mostRemembered, Supplier<HeaderFields> trailers) {
            this.in = in;
            this.length = length;
            this.mostRemembered = mostRemembered;
            this.trailers = trailers;
        }

        /// In bytes; -1 where the client did not say.
        public long length() {
            return length;
        }

        /// Reads what follows the first `position` bytes, as [InputStream#read(byte[])] does. Waits for the
        /// client.
        ///
        /// @throws EOFException when the body ends before its length
        /// @throws IOException when the client breaks off
        /// @throws IllegalStateException when these bytes are no longer remembered
        public int read(long position, byte[] chunk) throws IOException {
            reading.lock();
            try {
                return position < taken ? readAgain(position, chunk) : readOn(chunk);
            } finally {
                reading.unlock();
            }
        }

        private int readAgain(long position, byte[] chunk) {
            if (!replayable) {
                throw new IllegalStateException("the first bytes of the body are gone");
            }
            int n = (int) Math.min(chunk.length, taken - position);
            System.arraycopy(remembered, (int) position, chunk, 0, n);
            return n;
        }

        private int readOn(byte[] chunk) throws IOException {
            int n = await(chunk);
            if (n < 0 && taken < length) {
                throw new EOFException("the body ended before its length");
            }
            if (n > 0) {
                remember(chunk, n);
            }
            return n;
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
        private int await(byte[] chunk) throws IOException {
            waitingSince = System.nanoTime();
            waiting = true;
            try {
                return in.read(chunk);
            } finally {
                waiting = false;
                waitedNanos += System.nanoTime() - waitingSince;
            }
        }

        @SuppressWarnings("NonAtomicVolatileUpdate") // under the lock
        private void remember(byte[] chunk, int n) {
            long next = taken + n;
            if (!replayable || next > mostRemembered) {
                replayable = false;
                remembered = new byte[0];
            } else {
                if (next > remembered.length) {
                    remembered = Arrays.copyOf(remembered, (int) Math.min(mostRemembered, Math.max(next, taken * 2)));
                }
                System.arraycopy(chunk, 0, remembered, (int) taken, n);
            }
            taken = next;
        }

        /// How long the client has been waited for so far, in nanoseconds, including a wait that is in
        /// progress. May be called by any thread.
        public long waitedNanos() {
            return waitedNanos + (waiting ? System.nanoTime() - waitingSince : 0);
        }

        /// The fields that follow the body; must be called after its end was read.
        public HeaderFields trailers() {
            return length < 0 ? trailers.get() : HeaderFields.NONE;
        }

        /// Waits until no attempt reads the body. The caller must first end whatever the attempts wait
        /// for.
        ///
        /// @return how many bytes have been read
        public long awaitIdle() {
            reading.lock();
            try {
                return taken;
            } finally {
                reading.unlock();
            }
        }

        @Override
        public boolean replayable() {
            return replayable;
        }
    }
}
