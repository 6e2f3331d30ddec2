package dev.stringsvc.gateway;

import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// A client that sends what the test tells it to, HTTP or not. A read that takes longer than ten
/// seconds fails.
final class RawClient implements AutoCloseable {
    private final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /// The lines as the head of a message, with the empty line at the end.
    static String head(String... lines) {
        return String.join("\r\n", lines) + "\r\n\r\n";
    }

    /// Writes one byte per character.
    RawClient send(String bytes) throws IOException {
        return send(bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        return this;
    }

    /// A whole answer.
    HttpMessage read() throws IOException {
        return HttpMessage.readAnswer(in, false);
    }

    /// A whole answer to HEAD.
    HttpMessage readToHead() throws IOException {
        return HttpMessage.readAnswer(in, true);
    }

    /// An answer's head; the body is still to be read.
    HttpMessage readHead() throws IOException {
        return HttpMessage.readAnswerHead(in);
    }

    /// One chunk of the answer's body.
    byte[] readChunk() throws IOException {
        return HttpMessage.readChunk(in);
    }

    /// Reads until these bytes have arrived.
    void readPast(String bytes) throws IOException {
        var seen = new StringBuilder();
        while (!seen.toString().endsWith(bytes)) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the connection ended after: " + seen);
            }
            seen.append((char) b);
        }
    }

    InputStream in() {
        return in;
    }

    /// Ends the sending half only.
    void sendEnd() throws IOException {
        socket.shutdownOutput();
    }

    /// True if the gateway has closed the connection and nothing more can be read.
    boolean ended() throws IOException {
        return in.read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
