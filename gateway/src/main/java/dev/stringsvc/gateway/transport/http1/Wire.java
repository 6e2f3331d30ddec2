package dev.stringsvc.gateway.transport.http1;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/// One connection's bytes, both ways: in clear text or over TLS. One thread may read while another writes;
/// [#cut] may be called by any thread.
interface Wire {
    /// Reads what is here into the buffer's free space, without waiting.
    ///
    /// @return how many bytes; 0 where nothing is here; -1 at the end
    int read(ByteBuffer into) throws IOException;

    /// Lets what comes from now on be read by another thread. [#await] must follow, and no [#read] before
    /// that. Called before a request is written, this saves the read that would find nothing.
    ///
    /// @param into gives the buffer, once something is there to be read; called by any thread, must not
    /// block
    void expect(Supplier<ByteBuffer> into) throws IOException;

    /// Waits for what is expected.
    ///
    /// @return how many bytes are in the buffer now, at least one; -1 at the end
    int await() throws IOException;

    /// Writes what the connection takes without waiting.
    ///
    /// @return true if that was all; else [#writeFully] must follow, with what is left, or with nothing
    boolean write(ByteBuffer... parts) throws IOException;

    /// Writes all, and waits where the other side takes it slowly.
    void writeFully(ByteBuffer part) throws IOException;

    /// Says that nothing more will be written.
    void end() throws IOException;

    /// Gives back what the connection does not need while it is idle.
    ///
    /// @return false where something has come that nobody has read
    boolean rest();

    /// The wire of the TCP connection, which counts bytes.
    TcpWire tcp();

    /// Closes the connection; whatever reads and writes ends. A second call does nothing.
    void cut();
}
