package dev.stringsvc.gateway.transport.h2;

import dev.stringsvc.gateway.transport.FakeInstance;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.eclipse.jetty.util.NanoTime;

/// The instance's side of an HTTP/2 connection, frame by frame. It can send frames that a library would
/// not.
public final class Http2Peer {
    private static final int ACK = 0x1;
    private static final int INITIAL_WINDOW_SIZE = 4;
    private static final int PREFACE = 24;

    private final FakeInstance.Wire wire;
    private final DataInputStream in;
    private final HpackDecoder decoder = new HpackDecoder(1_000_000, NanoTime::now);
    private final Map<Integer, Integer> windows = new HashMap<>();
    private int initialWindow = 65_535;
    private boolean answersPings = true;

    /// Reads the preface and sends SETTINGS.
    ///
    /// @param settings identifiers and values
    public Http2Peer(FakeInstance.Wire wire, int... settings) throws IOException {
        this.wire = wire;
        this.in = new DataInputStream(wire.in());
        in.skipNBytes(PREFACE);
        settings(settings);
    }

    public void settings(int... idsAndValues) throws IOException {
        ByteBuffer payload = ByteBuffer.allocate(idsAndValues.length * 3);
        for (int i = 0; i < idsAndValues.length; i += 2) {
            payload.putShort((short) idsAndValues[i]).putInt(idsAndValues[i + 1]);
        }
        frame(Http2Frame.SETTINGS, 0, 0, payload.array());
    }

    public void ignorePings() {
        answersPings = false;
    }

    public void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        wire.send(Http2Frame.encoded(type, flags, stream, payload));
    }

    public void head(int stream, String status, boolean ended, String... namesAndValues) throws IOException {
        String[] fields = new String[namesAndValues.length + 2];
        fields[0] = ":status";
        fields[1] = status;
        System.arraycopy(namesAndValues, 0, fields, 2, namesAndValues.length);
        frame(
                Http2Frame.HEADERS,
                Http2Frame.END_OF_HEADERS | (ended ? Http2Frame.END_STREAM : 0),
                stream,
                Http2Frame.block(fields));
    }

    public void trailers(int stream, String... namesAndValues) throws IOException {
        frame(
                Http2Frame.HEADERS,
                Http2Frame.END_OF_HEADERS | Http2Frame.END_STREAM,
                stream,
                Http2Frame.block(namesAndValues));
    }

    public void data(int stream, String bytes, boolean last) throws IOException {
        data(stream, bytes.getBytes(StandardCharsets.ISO_8859_1), last);
    }

    public void data(int stream, byte[] bytes, boolean last) throws IOException {
        windows.put(stream, window(stream) - bytes.length);
        frame(Http2Frame.DATA, last ? Http2Frame.END_STREAM : 0, stream, bytes);
    }

    public void reset(int stream, int code) throws IOException {
        frame(Http2Frame.RST_STREAM, 0, stream, Http2Frame.numbers(code));
    }

    /// Sends no more, and reads on.
    public void endOutput() throws IOException {
        wire.endOutput();
    }

    public void goAway(int lastStream, int code) throws IOException {
        frame(Http2Frame.GOAWAY, 0, 0, Http2Frame.numbers(lastStream, code));
    }

    /// The number of bytes that may still be sent on a stream.
    public int window(int stream) {
        return windows.getOrDefault(stream, initialWindow);
    }

    /// Sends as much of a body as the stream's window allows.
    ///
    /// @return the number of bytes
    public int fillWindow(int stream) throws IOException {
        int sent = 0;
        for (int n; (n = Math.min(window(stream), 16_000)) > 0; sent += n) {
            data(stream, new byte[n], false);
        }
        return sent;
    }

    /// Sends a body of this length as the stream's window allows, and ends it.
    public void send(int stream, int length) throws IOException {
        for (int left = length; left > 0; ) {
            int n = Math.min(Math.min(window(stream), 16_000), left);
            if (n == 0) {
                read();
            } else {
                data(stream, new byte[n], false);
                left -= n;
            }
        }
        data(stream, "", true);
    }

    /// Reads the next frame, or a head with its CONTINUATIONs. Answers pings, unless [#ignorePings] was
    /// called.
    public Http2Frame read() throws IOException {
        Http2Frame frame = readOne();
        var block = new ByteArrayOutputStream();
        block.writeBytes(frame.payload());
        int flags = frame.flags();
        while (frame.type() == Http2Frame.HEADERS && (flags & Http2Frame.END_OF_HEADERS) == 0) {
            Http2Frame more = readOne();
            block.writeBytes(more.payload());
            flags |= more.flags();
        }
        return frame.type() == Http2Frame.HEADERS
                ? new Http2Frame(
                        Http2Frame.HEADERS, flags, frame.stream(), block.toByteArray(), decoded(block.toByteArray()))
                : frame;
    }

    private Http2Frame readOne() throws IOException {
        int start = in.readInt();
        int flags = in.readUnsignedByte();
        int stream = in.readInt();
        byte[] payload = new byte[start >>> 8];
        in.readFully(payload);
        int type = start & 0xff;
        if (type == Http2Frame.PING && flags == 0 && answersPings) {
            frame(Http2Frame.PING, ACK, 0, payload);
        }
        if (type == Http2Frame.WINDOW_UPDATE) {
            windows.put(stream, window(stream) + ByteBuffer.wrap(payload).getInt());
        }
        for (int i = 0; type == Http2Frame.SETTINGS && i < payload.length; i += 6) {
            if (ByteBuffer.wrap(payload).getShort(i) == INITIAL_WINDOW_SIZE) {
                initialWindow = ByteBuffer.wrap(payload).getInt(i + 2);
            }
        }
        return new Http2Frame(type, flags, stream, payload, null);
    }

    private MetaData decoded(byte[] block) throws IOException {
        try {
            return decoder.decode(ByteBuffer.wrap(block));
        } catch (HpackException e) {
            throw new IOException(e);
        }
    }

    /// Reads until a frame of this type arrives.
    public Http2Frame await(int type) throws IOException {
        while (true) {
            Http2Frame frame = read();
            if (frame.type() == type) {
                return frame;
            }
        }
    }

    /// Reads DATA of a stream to its end.
    public String body() throws IOException {
        var text = new StringBuilder();
        while (true) {
            Http2Frame frame = await(Http2Frame.DATA);
            text.append(frame.text());
            if (frame.endsStream()) {
                return text.toString();
            }
        }
    }

    /// Reads until the connection ends.
    ///
    /// @return the code of the last GOAWAY; -1 if there was none
    public int awaitEnd() {
        int code = -1;
        try {
            while (true) {
                Http2Frame frame = read();
                if (frame.type() == Http2Frame.GOAWAY) {
                    code = ByteBuffer.wrap(frame.payload()).getInt(4);
                }
            }
        } catch (EOFException | java.net.SocketException e) {
            return code;
        } catch (IOException e) {
            throw new AssertionError(Arrays.toString(e.getStackTrace()), e);
        }
    }
}
