package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.eclipse.jetty.util.NanoTime;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Clients that violate HTTP/2 or use it in hostile ways. The gateway has 256 MiB.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated("measures times")
class HostileHttp2Test {
    private static final int PROTOCOL_ERROR = 1;
    private static final int STREAM_CLOSED = 5;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final String WELL = ":method=GET|:scheme=http|:authority=gw|:path=/count|";

    /// SETTINGS_HEADER_TABLE_SIZE of 0, so that each response head can be decoded without the earlier
    /// ones.
    private static final byte[] NO_TABLE = {0, 1, 0, 0, 0, 0};

    private final FaultyInstance instance = FaultyInstance.start("one");
    private final GatewayProcess gateway = GatewayProcess.start(
            "127.0.0.1:1",
            Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m"),
            "--static",
            "stringsvc=127.0.0.1:" + instance.port(),
            "--config",
            Cluster.config("hostile-http2.yaml")[1]);

    @AfterEach
    void serves() throws IOException {
        instance.behave(Behaviour.well());
        try (Socket socket = connect()) {
            assertThat(status(speak(socket), 1, WELL)).isEqualTo(200);
        }
    }

    @AfterAll
    void stop() {
        gateway.close();
        instance.close();
    }

    @Test
    void connect_is_never_forwarded() throws IOException {
        int before = instance.requests();
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 405 ");
        }
        try (Socket socket = connect()) {
            assertThat(status(speak(socket), 1, ":method=CONNECT|:authority=127.0.0.1:80"))
                    .isEqualTo(405);
        }
        assertThat(instance.requests()).isEqualTo(before);
    }

    @Test
    void malformed_head_is_an_error_of_its_stream() throws IOException {
        int before = instance.requests();
        try (Socket socket = connect()) {
            Http2Frames client = speak(socket);
            int stream = 1;
            for (String fields : List.of(
                    WELL + "transfer-encoding=chunked",
                    WELL + "keep-alive=timeout=5",
                    WELL + "upgrade=h2c",
                    WELL + "host=other",
                    WELL + "X-Upper=1",
                    WELL + ":path=/other",
                    ":method=GET|:scheme=http|:authority=gw")) {
                client.send(
                        Http2Frames.HEADERS, Http2Frames.END_STREAM | Http2Frames.END_OF_HEADERS, stream, head(fields));
                assertThat(reset(client, stream)).as(fields).isEqualTo(PROTOCOL_ERROR);
                stream += 2;
            }
            assertThat(instance.requests()).isEqualTo(before);
            assertThat(status(client, stream, WELL)).isEqualTo(200);
        }
    }

    @Test
    void data_on_an_ended_stream_is_an_error_of_that_stream() throws IOException {
        try (Socket socket = connect()) {
            Http2Frames client = speak(socket);
            assertThat(status(client, 1, WELL)).isEqualTo(200);
            client.send(Http2Frames.DATA, 0, 1, new byte[16_384]);
            assertThat(reset(client, 1)).isEqualTo(STREAM_CLOSED);
            assertThat(status(client, 3, WELL)).isEqualTo(200);
        }
    }

    @Test
    void ignores_offers_to_upgrade() throws IOException {
        try (Socket socket = connect()) {
            String fields = "Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk";
            String request = "GET /count HTTP/1.1\r\nHost: gw\r\n" + fields + "\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 ");
        }
        try (Socket socket = connect()) {
            socket.getOutputStream()
                    .write("OPTIONS /count HTTP/1.1\r\nHost: gw\r\nConnection: close\r\nUpgrade: TLS/1.0\r\n\r\n"
                            .getBytes(StandardCharsets.US_ASCII));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void head_that_never_ends_ends_its_connection() throws IOException {
        try (Socket headers = connect();
                Socket preface = connect();
                Socket frame = connect()) {
            preface.getOutputStream().write(Http2Frames.PREFACE);
            speak(headers).send(Http2Frames.HEADERS, Http2Frames.END_STREAM, 1, head(WELL));
            speak(frame);
            frame.getOutputStream().write(new byte[] {0, 0, 8, Http2Frames.PING, 0, 0, 0, 0, 0, 1});
            for (Socket socket : List.of(headers, preface, frame)) {
                assertThat(goAway(new Http2Frames(socket))).isEqualTo(ENHANCE_YOUR_CALM);
            }
        }
    }

    @Test
    void flood_of_window_updates_ends_its_connection() throws Exception {
        endsAfter(1_000_000, Http2Frames.WINDOW_UPDATE, new byte[] {0, 0, 0, 1});
    }

    @Test
    void flood_of_table_sizes_ends_its_connection() throws Exception {
        endsAfter(40, Http2Frames.SETTINGS, new byte[] {0, 1, 0, 0, 1, 0});
    }

    /// The client sends WINDOW_UPDATE each time it has read half of a window, for the stream and for
    /// the connection, as most libraries do.
    @ParameterizedTest
    @CsvSource({"16384, 104857600", "4096, 16777216"})
    void honest_client_with_a_small_window_downloads_to_the_end(int window, int length) throws IOException {
        instance.behave(Behaviour.only("/large", Behaviour.large(length)));
        try (Socket socket = connect()) {
            var client = new Http2Frames(socket);
            client.sendPreface();
            byte[] initialWindow =
                    ByteBuffer.allocate(6).putShort((short) 4).putInt(window).array();
            client.send(Http2Frames.SETTINGS, 0, 0, initialWindow);
            byte[] large = head(WELL.replace("/count", "/large"));
            client.send(Http2Frames.HEADERS, Http2Frames.END_STREAM | Http2Frames.END_OF_HEADERS, 1, large);
            assertThat(download(client, window)).isEqualTo(length);
        }
    }

    /// @return the number of bytes before the end of the stream
    private static long download(Http2Frames client, int window) throws IOException {
        long bytes = 0;
        int untold = 0;
        while (true) {
            Http2Frames.Frame frame = client.read();
            client.acknowledge(frame);
            assertThat(frame.type())
                    .as("after %d bytes: %s", bytes, new String(frame.payload(), StandardCharsets.ISO_8859_1))
                    .isNotIn(Http2Frames.GOAWAY, Http2Frames.RST_STREAM);
            if (frame.type() != Http2Frames.DATA) {
                continue;
            }
            bytes += frame.payload().length;
            if ((frame.flags() & Http2Frames.END_STREAM) != 0) {
                return bytes;
            }
            untold += frame.payload().length;
            if (untold >= window / 2) {
                byte[] taken = ByteBuffer.allocate(4).putInt(untold).array();
                client.send(Http2Frames.WINDOW_UPDATE, 0, 0, taken);
                client.send(Http2Frames.WINDOW_UPDATE, 0, 1, taken);
                untold = 0;
            }
        }
    }

    private void endsAfter(int most, int type, byte[] payload) throws Exception {
        try (Socket socket = connect()) {
            Http2Frames client = speak(socket);
            Thread flood = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < most; i++) {
                        client.send(type, 0, 0, payload);
                    }
                } catch (IOException e) {
                    // the gateway has closed the connection
                }
            });
            assertThat(goAway(client)).isEqualTo(ENHANCE_YOUR_CALM);
            flood.join(); // the gateway closes the connection
        }
    }

    /// Reads up to the GOAWAY frame.
    ///
    /// @return its error code; 0 if the connection ended without one
    private static int goAway(Http2Frames client) {
        try {
            while (true) {
                Http2Frames.Frame frame = client.read();
                if (frame.type() == Http2Frames.GOAWAY) {
                    return ByteBuffer.wrap(frame.payload()).getInt(4);
                }
            }
        } catch (IOException e) {
            return 0;
        }
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.port());
        socket.setSoTimeout((int) Cluster.PATIENCE.toMillis());
        return socket;
    }

    private static Http2Frames speak(Socket socket) throws IOException {
        var client = new Http2Frames(socket);
        client.sendPreface();
        client.send(Http2Frames.SETTINGS, 0, 0, NO_TABLE);
        return client;
    }

    /// Sends a request without a body, reads the whole answer, and returns its status.
    private static int status(Http2Frames client, int stream, String fields) throws IOException {
        client.send(Http2Frames.HEADERS, Http2Frames.END_STREAM | Http2Frames.END_OF_HEADERS, stream, head(fields));
        int status = 0;
        while (true) {
            Http2Frames.Frame frame = client.read();
            client.acknowledge(frame);
            if (frame.stream() == stream && frame.type() == Http2Frames.HEADERS && status == 0) {
                status = statusOf(frame.payload());
            }
            if (frame.stream() == stream
                    && frame.type() <= Http2Frames.HEADERS
                    && (frame.flags() & Http2Frames.END_STREAM) != 0) {
                return status;
            }
        }
    }

    private static int statusOf(byte[] block) throws IOException {
        try {
            MetaData head = new HpackDecoder(65_536, NanoTime::now).decode(ByteBuffer.wrap(block));
            return ((MetaData.Response) head).getStatus();
        } catch (HpackException e) {
            throw new IOException(e);
        }
    }

    /// Reads until the stream is reset.
    ///
    /// @return the error code
    private static int reset(Http2Frames client, int stream) throws IOException {
        while (true) {
            Http2Frames.Frame frame = client.read();
            if (frame.stream() == stream && frame.type() == Http2Frames.RST_STREAM) {
                return ByteBuffer.wrap(frame.payload()).getInt();
            }
        }
    }

    /// A header block of literals without indexing (RFC 7541, section 6.2.2).
    ///
    /// @param fields `name=value`, separated by vertical bars; each part is shorter than 127 bytes
    private static byte[] head(String fields) {
        var block = new ByteArrayOutputStream();
        for (String field : fields.split("\\|", -1)) {
            if (field.isEmpty()) {
                continue;
            }
            int at = field.indexOf('=');
            block.write(0);
            block.write(at);
            block.writeBytes(field.substring(0, at).getBytes(StandardCharsets.ISO_8859_1));
            block.write(field.length() - at - 1);
            block.writeBytes(field.substring(at + 1).getBytes(StandardCharsets.ISO_8859_1));
        }
        return block.toByteArray();
    }
}
