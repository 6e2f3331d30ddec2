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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// Clients that break the rules of HTTP/2, or bend them. The gateway has 256 MiB.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileHttp2Test {
    private static final int PROTOCOL_ERROR = 1;
    private static final int STREAM_CLOSED = 5;
    private static final String WELL = ":method=GET|:scheme=http|:authority=gw|:path=/count|";

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
    void data_on_a_stream_that_is_over_is_an_error_of_that_stream() throws IOException {
        try (Socket socket = connect()) {
            Http2Frames client = speak(socket);
            assertThat(status(client, 1, WELL)).isEqualTo(200);
            client.send(Http2Frames.DATA, 0, 1, new byte[16_384]);
            assertThat(reset(client, 1)).isEqualTo(STREAM_CLOSED);
            assertThat(status(client, 3, WELL)).isEqualTo(200);
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
        client.send(Http2Frames.SETTINGS, 0, 0);
        return client;
    }

    /// Sends a request without a body, and reads to the end of the answer.
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

    /// Jetty indexes the statuses of RFC 7541's static table, and writes others as literals.
    private static int statusOf(byte[] block) {
        int at = 0;
        while ((block[at] & 0xe0) == 0x20) { // a change of the table's size
            at++;
        }
        return switch (block[at] & 0xff) {
            case 0x88 -> 200;
            case 0x8c -> 400;
            default -> Integer.parseInt(new String(block, at + 2, 3, StandardCharsets.US_ASCII));
        };
    }

    /// Reads until the stream is reset.
    ///
    /// @return the error's code
    private static int reset(Http2Frames client, int stream) throws IOException {
        while (true) {
            Http2Frames.Frame frame = client.read();
            if (frame.stream() == stream && frame.type() == Http2Frames.RST_STREAM) {
                return ByteBuffer.wrap(frame.payload()).getInt();
            }
        }
    }

    /// A header block of literals that are not indexed (RFC 7541, section 6.2.2).
    ///
    /// @param fields `name=value`, separated by vertical bars, each shorter than 127
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
