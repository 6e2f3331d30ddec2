package dev.stringsvc.gateway.transport;

import java.io.IOException;
import okio.BufferedSink;
import okio.BufferedSource;
import okio.Okio;
import okio.Socket;

/// A connection that OkHttp has let go of after a switch of protocols.
final class OkHttpSocket implements UpstreamSocket {
    private final Socket socket;
    private final BufferedSource source;
    private final BufferedSink sink;

    OkHttpSocket(Socket socket) {
        this.socket = socket;
        this.source = Okio.buffer(socket.getSource());
        this.sink = Okio.buffer(socket.getSink());
    }

    @Override
    public int read(byte[] bytes) throws IOException {
        try {
            return source.read(bytes);
        } catch (IOException e) {
            throw new UpstreamBrokenException(e);
        }
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
        try {
            sink.write(bytes, from, length);
            sink.flush();
        } catch (IOException e) {
            throw new UpstreamBrokenException(e);
        }
    }

    @Override
    public void end() throws IOException {
        sink.close();
    }

    @Override
    public void cut() {
        socket.cancel();
    }
}
