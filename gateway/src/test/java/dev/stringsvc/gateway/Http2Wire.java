package dev.stringsvc.gateway;

import dev.stringsvc.gateway.transport.h2.Http2Frame;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.eclipse.jetty.util.NanoTime;

/// An HTTP/2 client that works frame by frame and can send what no library would. It does not enlarge
/// the window for answers beyond the first 64 KiB. A read that takes longer than ten seconds fails.
final class Http2Wire implements AutoCloseable {
    private static final int CANCEL = 8;
    private static final int LONGEST_FRAME = 16_384;

    /// Everything that came on a stream until it ended.
    ///
    /// @param status 0 if the stream was reset before there was a status
    /// @param error the code that ended the stream or the connection; 0 if it ended properly
    @SuppressWarnings("ArrayRecordComponent") // a carrier
    record Answer(int status, HttpFields fields, byte[] body, HttpFields trailers, int error) {
        String text() {
            return new String(body, StandardCharsets.ISO_8859_1);
        }
    }

    private final Socket socket;
    private final DataInputStream in;
    private final HpackDecoder decoder = new HpackDecoder(1_000_000, NanoTime::now);
    private int stream = -1;
    private int goneAway;

    Http2Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new DataInputStream(socket.getInputStream());
        socket.getOutputStream().write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        frame(Http2Frame.SETTINGS, 0, 0, new byte[0]);
    }

    /// Sends any frame, valid or not.
    void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        socket.getOutputStream().write(Http2Frame.encoded(type, flags, stream, payload));
    }

    /// Sends a GET.
    ///
    /// @param namesAndValues of further headers
    /// @return its stream
    int get(String path, String... namesAndValues) throws IOException {
        // the scheme is what a proxy before the gateway may say, or a liar
        return open(true, with(List.of(":method", "GET", ":scheme", "https", ":path", path), namesAndValues));
    }

    /// Begins a POST whose body is still to come.
    ///
    /// @return its stream
    int beginPost(String path, String... namesAndValues) throws IOException {
        return open(false, with(List.of(":method", "POST", ":scheme", "http", ":path", path), namesAndValues));
    }

    private static String[] with(List<String> first, String... namesAndValues) {
        String[] all = Arrays.copyOf(first.toArray(String[]::new), first.size() + 2 + namesAndValues.length);
        all[first.size()] = ":authority";
        all[first.size() + 1] = "gw";
        System.arraycopy(namesAndValues, 0, all, first.size() + 2, namesAndValues.length);
        return all;
    }

    /// Opens a stream with any bytes as its head.
    ///
    /// @param ended true if no body follows
    int open(boolean ended, String... namesAndValues) throws IOException {
        stream += 2;
        byte[] bytes = Http2Frame.block(namesAndValues);
        for (int from = 0; from == 0 || from < bytes.length; from += LONGEST_FRAME) {
            int to = Math.min(from + LONGEST_FRAME, bytes.length);
            int flags = (from == 0 && ended ? Http2Frame.END_STREAM : 0)
                    | (to == bytes.length ? Http2Frame.END_OF_HEADERS : 0);
            frame(
                    from == 0 ? Http2Frame.HEADERS : Http2Frame.CONTINUATION,
                    flags,
                    stream,
                    Arrays.copyOfRange(bytes, from, to));
        }
        return stream;
    }

    /// Sends a part of a body.
    void data(int stream, String bytes, boolean last) throws IOException {
        frame(Http2Frame.DATA, last ? Http2Frame.END_STREAM : 0, stream, bytes.getBytes(StandardCharsets.ISO_8859_1));
    }

    /// Ends a body with trailers.
    void trailers(int stream, String... namesAndValues) throws IOException {
        frame(
                Http2Frame.HEADERS,
                Http2Frame.END_STREAM | Http2Frame.END_OF_HEADERS,
                stream,
                Http2Frame.block(namesAndValues));
    }

    /// Sends SETTINGS with one parameter.
    void setting(int id, int value) throws IOException {
        frame(
                Http2Frame.SETTINGS,
                0,
                0,
                ByteBuffer.allocate(6).putShort((short) id).putInt(value).array());
    }

    void reset(int stream) throws IOException {
        frame(Http2Frame.RST_STREAM, 0, stream, new byte[] {0, 0, 0, CANCEL});
    }

    private Http2Frame read() throws IOException {
        int head = in.readInt();
        int flags = in.readUnsignedByte();
        int of = in.readInt();
        byte[] payload = new byte[head >>> 8];
        in.readFully(payload);
        int type = head & 0xff;
        return new Http2Frame(type, flags, of, payload, type == Http2Frame.HEADERS ? decoded(payload) : null);
    }

    private MetaData decoded(byte[] block) throws IOException {
        try {
            return decoder.decode(ByteBuffer.wrap(block));
        } catch (HpackException e) {
            throw new IOException(e);
        }
    }

    /// Reads until a frame of this type has come.
    ///
    /// @throws EOFException when the connection ends before
    Http2Frame awaitFrame(int type) throws IOException {
        while (true) {
            Http2Frame frame = read();
            if (frame.type() == type) {
                return frame;
            }
        }
    }

    /// The next HEADERS, DATA or RST_STREAM on a stream.
    ///
    /// @throws EOFException when the connection ends before
    Http2Frame next(int stream) throws IOException {
        while (true) {
            Http2Frame frame = read();
            if (frame.type() == Http2Frame.GOAWAY) {
                goneAway = ByteBuffer.wrap(frame.payload()).getInt(4);
            }
            if (frame.stream() == stream && frame.type() <= Http2Frame.RST_STREAM && frame.type() != 2) {
                return frame;
            }
        }
    }

    /// Everything that comes on a stream until it or the connection ends.
    Answer read(int stream) throws IOException {
        int status = 0;
        HttpFields fields = HttpFields.EMPTY;
        HttpFields trailers = HttpFields.EMPTY;
        var body = new ByteArrayOutputStream();
        int error = 0;
        for (boolean ended = false; !ended; ) {
            Http2Frame frame;
            try {
                frame = next(stream);
            } catch (EOFException | SocketException e) {
                return new Answer(status, fields, body.toByteArray(), trailers, goneAway == 0 ? -1 : goneAway);
            }
            ended = frame.endsStream() || frame.type() == Http2Frame.RST_STREAM;
            if (frame.type() == Http2Frame.RST_STREAM) {
                error = ByteBuffer.wrap(frame.payload()).getInt();
            } else if (frame.type() == Http2Frame.DATA) {
                body.writeBytes(frame.payload());
            } else if (frame.head() instanceof MetaData.Response head) {
                status = head.getStatus() < 200 ? 0 : head.getStatus();
                fields = head.getHttpFields();
            } else if (frame.head() != null) {
                trailers = frame.head().getHttpFields();
            }
        }
        return new Answer(status, fields, body.toByteArray(), trailers, error);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
