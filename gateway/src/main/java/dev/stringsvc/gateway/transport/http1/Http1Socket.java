package dev.stringsvc.gateway.transport.http1;

import dev.stringsvc.gateway.http.UpstreamBrokenException;
import dev.stringsvc.gateway.http.UpstreamSocket;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A connection to an instance after a switch of protocols.
final class Http1Socket implements UpstreamSocket {
    private final Http1Connection connection;

    Http1Socket(Http1Connection connection) {
        this.connection = connection;
    }

    @Override
    public int read(byte[] bytes) throws IOException {
        try {
            if (!connection.hasRead()) {
                int n = connection.readMore();
                if (n < 0 || (n == 0 && !connection.awaitMore())) {
                    return -1;
                }
            }
            return connection.take(bytes);
        } catch (IOException e) {
            throw new UpstreamBrokenException(e);
        }
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        try {
            connection.wire().writeFully(ByteBuffer.wrap(bytes, from, length));
        } catch (IOException e) {
            throw new UpstreamBrokenException(e);
        }
    }

    @Override
    public void end() throws IOException {
        connection.wire().end();
    }

    @Override
    public void cut() {
        connection.wire().cut();
    }
}
