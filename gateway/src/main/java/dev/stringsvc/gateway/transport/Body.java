package dev.stringsvc.gateway.transport;

import java.io.IOException;
import java.io.InputStream;

/// A request's body.
public sealed interface Body {
    /// Whether it can be sent once more from its first byte.
    boolean replayable();

    /// No body at all.
    record None() implements Body {
        @Override
        public boolean replayable() {
            return true;
        }
    }

    /// A body kept in memory. The bytes are not copied and must not change.
    @SuppressWarnings("ArrayRecordComponent") // a carrier; nobody compares bodies
    record Buffered(byte[] bytes) implements Body {
        @Override
        public boolean replayable() {
            return true;
        }
    }

    /// A body that is read from the client while it is sent, and is gone then. Used by one thread.
    final class Streamed implements Body {
        private final InputStream in;
        private final long length;
        private boolean begun;

        /// @param length in bytes; -1 where the client did not say
        public Streamed(InputStream in, long length) {
            this.in = in;
            this.length = length;
        }

        public long length() {
            return length;
        }

        /// Reads as [InputStream#read(byte[])] does.
        public int read(byte[] chunk) throws IOException {
            begun = true;
            return in.read(chunk);
        }

        /// As long as nothing was read, nothing is lost.
        @Override
        public boolean replayable() {
            return !begun;
        }
    }
}
