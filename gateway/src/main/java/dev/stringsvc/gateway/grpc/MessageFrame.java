package dev.stringsvc.gateway.grpc;

import java.io.IOException;
import java.io.OutputStream;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/// Messages in the body of a gRPC request or answer: each follows a byte that says if it is compressed,
/// and its length in four bytes ("gRPC over HTTP2", Length-Prefixed-Message).
public final class MessageFrame {
    /// The length of the prefix, in bytes.
    static final int PREFIX = 5;

    private MessageFrame() {}

    /// A message with its prefix.
    static byte[] of(byte[] message) {
        return of((byte) 0, message);
    }

    /// @param flags the first byte of the prefix
    static byte[] of(byte flags, byte[] message) {
        return ByteBuffer.allocate(PREFIX + message.length)
                .put(flags)
                .putInt(message.length)
                .put(message)
                .array();
    }

    /// Takes the messages.
    public interface Sink {
        /// A message is complete.
        void message(byte[] message) throws IOException;

        /// A message begins.
        ///
        /// @param length in bytes
        /// @throws IOException if it cannot be taken
        default void begins(int length) throws IOException {}

        /// The body pauses.
        default void flush() throws IOException {}
    }

    /// Takes apart the body of an answer. Used by one thread.
    public static final class Reader extends OutputStream {
        private final int most;
        private final Sink sink;
        private final byte[] prefix = new byte[PREFIX];
        private int prefixed;
        private byte[] message = new byte[0];
        private int size;

        /// @param most the longest accepted message, in bytes
        public Reader(int most, Sink sink) {
            this.most = most;
            this.sink = sink;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        /// @throws ProtocolException if a message is compressed or too long
        @Override
        public void write(byte[] bytes, int from, int count) throws IOException {
            Objects.checkFromIndexSize(from, count, bytes.length);
            int at = from;
            int end = from + count;
            while (at < end) {
                if (prefixed < PREFIX) {
                    prefix[prefixed++] = bytes[at++];
                    if (prefixed == PREFIX) {
                        begin();
                    }
                } else {
                    int n = Math.min(end - at, message.length - size);
                    System.arraycopy(bytes, at, message, size, n);
                    size += n;
                    at += n;
                }
                if (prefixed == PREFIX && size == message.length) {
                    prefixed = 0;
                    size = 0;
                    sink.message(message);
                }
            }
        }

        private void begin() throws IOException {
            int length = ByteBuffer.wrap(prefix).getInt(1);
            if (prefix[0] != 0) {
                throw new ProtocolException("a message is compressed, although the gateway asked for none");
            }
            if (length < 0 || length > most) {
                throw new ProtocolException("a message is longer than " + most + " bytes");
            }
            sink.begins(length);
            message = new byte[length];
        }

        @Override
        public void flush() throws IOException {
            sink.flush();
        }

        /// True if a message has begun and is not complete.
        public boolean isWithin() {
            return prefixed > 0;
        }
    }

    /// The messages of a complete body.
    static List<byte[]> all(byte[] body, int most) throws IOException {
        List<byte[]> messages = new ArrayList<>();
        try (var reader = new Reader(most, messages::add)) {
            reader.write(body);
        }
        return messages;
    }
}
