package dev.stringsvc.gateway.transport.http1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/// The bytes of one connection to an instance, in clear text or over TLS. One thread may read while
/// another writes; any thread may call [#cut].
interface Wire {
    /// Reads what has arrived into the buffer's free space, without waiting.
    ///
    /// @return the number of bytes; 0 if nothing has arrived; -1 at the end
    int read(ByteBuffer into) throws IOException;

    /// Lets another thread read what arrives from now on. [#await] must follow, without a [#read] in
    /// between. Calling this before a request is written saves one read that would find nothing.
    ///
    /// @param into supplies the buffer once there is something to read; called by any thread, must not
    /// block
    void expect(Supplier<ByteBuffer> into) throws IOException;

    /// Waits for the bytes that [#expect] was called for.
    ///
    /// @return the number of bytes in the buffer, at least one; -1 at the end
    int await() throws IOException;

    /// Writes as much as the connection takes without waiting.
    ///
    /// @return true if that was all; else [#writeFully] must follow, with the rest or with an empty
    /// buffer
    boolean write(ByteBuffer... parts) throws IOException;

    /// Writes all of it, and waits while the instance reads slowly.
    void writeFully(ByteBuffer part) throws IOException;

    /// Closes the writing half of the connection.
    void end() throws IOException;

    /// Gives back the buffers that an idle connection does not need.
    ///
    /// @return false if bytes have arrived that were not read
    boolean releaseBuffers();

    /// The TCP connection below TLS; the same object in clear text.
    TcpWire tcp();

    /// Closes the connection, which ends reads and writes that wait. A second call does nothing.
    void cut();
}
