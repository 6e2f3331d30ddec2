package dev.stringsvc.gateway.transport.http1;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// TLS over a TCP connection, by the JDK's engine.
final class TlsWire implements Wire {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final TcpWire tcp;
    private final SSLEngine engine;
    private final Buffers buffers;
    /// What has come and is not decrypted yet, ready to be written to; `null` where that is nothing.
    private @Nullable ByteBuffer received;
    private @Nullable Supplier<ByteBuffer> target;
    /// One thread at a time encrypts: after a renewal of keys it is the reader.
    private final ReentrantLock encrypting = new ReentrantLock();
    /// What is encrypted and not sent yet.
    private ByteBuffer unsent = NOTHING;

    TlsWire(TcpWire tcp, SSLEngine engine, Buffers buffers) {
        this.tcp = tcp;
        this.engine = engine;
        this.buffers = buffers;
    }

    /// Agrees on keys; waits for that on the calling thread.
    ///
    /// @throws SSLException where the certificate is not trusted, or does not name the instance
    void handshake() throws IOException {
        engine.beginHandshake();
        ByteBuffer none = buffers.lend();
        try {
            while (isHandshaking()) {
                HandshakeStatus status = engine.getHandshakeStatus();
                boolean unwraps = status == HandshakeStatus.NEED_UNWRAP || status == HandshakeStatus.NEED_UNWRAP_AGAIN;
                if (!unwraps) {
                    goOn();
                } else if (received == null || decrypt(none) == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                    receive();
                }
            }
        } catch (SSLException e) {
            sayWhy();
            throw e;
        } finally {
            buffers.giveBack(none);
        }
    }

    private boolean isHandshaking() {
        HandshakeStatus status = engine.getHandshakeStatus();
        return status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED;
    }

    /// Does what the engine needs besides bytes of the other side.
    private void goOn() throws IOException {
        switch (engine.getHandshakeStatus()) {
            case NEED_TASK -> {
                for (@Nullable Runnable task; (task = engine.getDelegatedTask()) != null; ) {
                    task.run();
                }
            }
            case NEED_WRAP -> writeFully(NOTHING.duplicate(), true);
            case NEED_UNWRAP, NEED_UNWRAP_AGAIN, FINISHED, NOT_HANDSHAKING -> {}
        }
    }

    private void sayWhy() {
        try {
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                writeFully(NOTHING.duplicate(), true);
            }
        } catch (IOException e) {
            // the other side has gone, or does not listen
        }
    }

    private void receive() throws IOException {
        tcp.expect(this::received);
        if (tcp.await() < 0) {
            throw new EOFException("the connection ended within the handshake");
        }
    }

    private ByteBuffer received() {
        @Nullable ByteBuffer buffer = received;
        if (buffer == null) {
            buffer = buffers.lend();
            received = buffer;
        }
        return buffer;
    }

    /// Decrypts what has come.
    ///
    /// @return how many bytes; 0 where more must come first; -1 at the end
    private int unwrap(ByteBuffer into) throws IOException {
        int before = into.position();
        while (received != null) {
            switch (decrypt(into)) {
                case OK -> work();
                case CLOSED -> {
                    return into.position() > before ? into.position() - before : -1;
                }
                case BUFFER_UNDERFLOW -> {
                    return into.position() - before;
                }
                case BUFFER_OVERFLOW -> {
                    if (into.position() == before) {
                        throw new SSLException("a record that is larger than any may be");
                    }
                    return into.position() - before;
                }
            }
        }
        int n = into.position() - before;
        // the goodbye may have come right behind the data
        return n == 0 && engine.isInboundDone() ? -1 : n;
    }

    /// Decrypts one record.
    private SSLEngineResult.Status decrypt(ByteBuffer into) throws IOException {
        ByteBuffer encrypted = received().flip();
        try {
            return engine.unwrap(encrypted, into).getStatus();
        } finally {
            encrypted.compact();
            rest();
        }
    }

    /// Does what the engine wants done after a message that is not data: new keys, say.
    private void work() throws IOException {
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status == HandshakeStatus.NEED_TASK || status == HandshakeStatus.NEED_WRAP) {
            goOn();
            status = engine.getHandshakeStatus();
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        while (true) {
            int n = unwrap(into);
            if (n != 0) {
                return n;
            }
            int came = tcp.read(received());
            if (came < 0) {
                throw new EOFException("the connection ended without a word");
            }
            if (came == 0) {
                rest();
                return 0;
            }
        }
    }

    @Override
    public void expect(Supplier<ByteBuffer> into) throws IOException {
        target = into;
        tcp.expect(this::received);
    }

    @Override
    public int await() throws IOException {
        while (true) {
            if (tcp.await() < 0) {
                throw new EOFException("the connection ended without a word");
            }
            int n = unwrap(Objects.requireNonNull(target).get());
            if (n != 0) {
                return n;
            }
            tcp.expect(this::received);
        }
    }

    @Override
    public boolean write(ByteBuffer... parts) throws IOException {
        encrypting.lock();
        try {
            while (isLeft(parts)) {
                ByteBuffer record = wrap(parts);
                if (!tcp.write(record)) {
                    unsent = record;
                    return false;
                }
                buffers.giveBack(record);
            }
            return true;
        } finally {
            encrypting.unlock();
        }
    }

    private static boolean isLeft(ByteBuffer... parts) {
        for (ByteBuffer part : parts) {
            if (part.hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void writeFully(ByteBuffer part) throws IOException {
        writeFully(part, false);
    }

    /// @param record true if a record is needed although it would be empty
    private void writeFully(ByteBuffer part, boolean record) throws IOException {
        encrypting.lock();
        try {
            if (unsent.hasRemaining()) {
                tcp.writeFully(unsent);
                buffers.giveBack(unsent);
                unsent = NOTHING;
            }
            if (record || part.hasRemaining()) {
                do {
                    ByteBuffer encrypted = wrap(part);
                    tcp.writeFully(encrypted);
                    buffers.giveBack(encrypted);
                } while (part.hasRemaining());
            }
        } finally {
            encrypting.unlock();
        }
    }

    private ByteBuffer wrap(ByteBuffer... parts) throws IOException {
        ByteBuffer record = buffers.lend();
        SSLEngineResult result = engine.wrap(parts, record);
        if (result.getStatus() != SSLEngineResult.Status.OK
                && !(result.getStatus() == SSLEngineResult.Status.CLOSED && result.bytesProduced() > 0)) {
            throw new SSLException("the instance has ended TLS: " + result.getStatus());
        }
        return record.flip();
    }

    @Override
    public boolean rest() {
        @Nullable ByteBuffer buffer = received;
        if (buffer != null && buffer.position() == 0) {
            received = null;
            buffers.giveBack(buffer);
        }
        return received == null;
    }

    @Override
    public void end() throws IOException {
        engine.closeOutbound();
        writeFully(NOTHING.duplicate(), true);
        tcp.end();
    }

    @Override
    public TcpWire tcp() {
        return tcp;
    }

    @Override
    public void cut() {
        tcp.cut();
    }
}
