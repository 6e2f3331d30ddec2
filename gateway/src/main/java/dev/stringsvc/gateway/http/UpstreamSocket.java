package dev.stringsvc.gateway.http;

import java.io.IOException;

/// A connection to an instance after a protocol switch: it carries bytes both ways. One thread may read
/// while another writes.
public interface UpstreamSocket {
    /// Reads as [java.io.InputStream#read(byte[])] does.
    ///
    /// @throws UpstreamBrokenException when the instance breaks off
    int read(byte[] bytes) throws IOException;

    /// Writes all of these bytes; blocks while the instance takes them slowly.
    ///
    /// @throws UpstreamBrokenException when the instance breaks off
    void write(byte[] bytes, int from, int length) throws IOException;

    /// Ends the outgoing direction: nothing more will be written.
    void end() throws IOException;

    /// Ends the connection and any read or write in progress. May be called by any thread, and twice.
    void cut();
}
