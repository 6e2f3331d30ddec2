package dev.stringsvc.gateway.http;

import java.io.IOException;

/// An instance's connection that has stopped speaking HTTP and carries bytes both ways. One thread may read while
/// another writes.
public interface UpstreamSocket {
    /// Reads as [java.io.InputStream#read(byte[])] does.
    ///
    /// @throws UpstreamBrokenException when the instance breaks off
    int read(byte[] bytes) throws IOException;

    /// Writes all of these bytes, and waits for the instance where it takes them slowly.
    ///
    /// @throws UpstreamBrokenException when the instance breaks off
    void write(byte[] bytes, int from, int length) throws IOException;

    /// Says that nothing more will be written.
    void end() throws IOException;

    /// Ends the connection, and with it whatever reads and writes. May be called by any thread, and twice.
    void cut();
}
