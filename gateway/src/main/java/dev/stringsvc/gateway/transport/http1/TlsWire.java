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

/// TLS over a TCP connection, with the JDK's engine.
final class TlsWire implements Wire {
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final TcpWire tcp;
    private final SSLEngine engine;
    private final BufferPool buffers;
    /// Bytes that are not decrypted yet, in a buffer ready for more; `null` if there are none.
    private @Nullable ByteBuffer received;
    private @Nullable Supplier<ByteBuffer> target;
    /// Encrypting needs this lock: the writer encrypts, and after a key update the reader does too.
    private final ReentrantLock encrypting = new ReentrantLock();
    /// Encrypted bytes that are not sent yet.
    private ByteBuffer unsent = NOTHING;

    TlsWire(TcpWire tcp, SSLEngine engine, BufferPool buffers) {
        this.tcp = tcp;
        this.engine = engine;
        this.buffers = buffers;
    }

    /// Does the handshake, on the calling thread.
    ///
    /// @throws SSLException if the certificate is not trusted, or is for another name
    void handshake() throws IOException {
        engine.beginHandshake();
        ByteBuffer none = buffers.lend();
        try {
            while (isHandshaking()) {
                HandshakeStatus status = engine.getHandshakeStatus();
                boolean unwraps = status == HandshakeStatus.NEED_UNWRAP || status == HandshakeStatus.NEED_UNWRAP_AGAIN;
                if (!unwraps) {
                    step();
                } else if (received == null || decrypt(none) == SSLEngineResult.Status.BUFFER_UNDERFLOW) {
                    receive();
                }
            }
        } catch (SSLException e) {
            sendAlert();
            throw e;
        } finally {
            buffers.giveBack(none);
        }
    }

    private boolean isHandshaking() {
        HandshakeStatus status = engine.getHandshakeStatus();
        return status != HandshakeStatus.NOT_HANDSHAKING && status != HandshakeStatus.FINISHED;
    }

    /// Takes the next step of a handshake that needs no bytes from the other side.
    private void step() throws IOException {
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

    private void sendAlert() {
        try {
            if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
                writeFully(NOTHING.duplicate(), true);
            }
        } catch (IOException e) {
            // the other side does not read any more
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

    /// Decrypts what has arrived.
    ///
    /// @return the number of bytes; 0 if a whole record is not here yet; -1 at the end
    private int unwrap(ByteBuffer into) throws IOException {
        int before = into.position();
        while (received != null) {
            switch (decrypt(into)) {
                case OK -> finishStep();
                case CLOSED -> {
                    return into.position() > before ? into.position() - before : -1;
                }
                case BUFFER_UNDERFLOW -> {
                    return into.position() - before;
                }
                case BUFFER_OVERFLOW -> {
                    if (into.position() == before) {
                        throw new SSLException("a TLS record is larger than the largest allowed");
                    }
                    return into.position() - before;
                }
            }
        }
        int n = into.position() - before;
        // the close_notify may have come right after the data
        return n == 0 && engine.isInboundDone() ? -1 : n;
    }

    /// Decrypts one record.
    private SSLEngineResult.Status decrypt(ByteBuffer into) throws IOException {
        ByteBuffer encrypted = received().flip();
        try {
            return engine.unwrap(encrypted, into).getStatus();
        } finally {
            encrypted.compact();
            releaseBuffers();
        }
    }

    /// Does what the engine needs after a message that is not data, such as a key update.
    private void finishStep() throws IOException {
        HandshakeStatus status = engine.getHandshakeStatus();
        while (status == HandshakeStatus.NEED_TASK || status == HandshakeStatus.NEED_WRAP) {
            step();
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
                throw new EOFException("the connection ended without close_notify");
            }
            if (came == 0) {
                releaseBuffers();
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
                throw new EOFException("the connection ended without close_notify");
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

    /// @param record true to send a record even if there is no data
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
            throw new SSLException("the instance has closed TLS: " + result.getStatus());
        }
        return record.flip();
    }

    @Override
    public boolean releaseBuffers() {
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
