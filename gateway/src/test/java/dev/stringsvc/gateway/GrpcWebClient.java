package dev.stringsvc.gateway;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;
import okhttp3.Headers;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;

/// A client of gRPC-Web that shows what is on the wire.
enum GrpcWebClient {
    BINARY_HTTP1("application/grpc-web+proto", Protocol.HTTP_1_1),
    TEXT_HTTP1("application/grpc-web-text", Protocol.HTTP_1_1),
    BINARY_HTTP2("application/grpc-web", Protocol.H2_PRIOR_KNOWLEDGE),
    TEXT_HTTP2("application/grpc-web-text+proto", Protocol.H2_PRIOR_KNOWLEDGE);

    private static final int TRAILERS = 0x80;

    private final String type;
    private final Protocol protocol;

    GrpcWebClient(String type, Protocol protocol) {
        this.type = type;
        this.protocol = protocol;
    }

    String type() {
        return type;
    }

    boolean isText() {
        return type.contains("-text");
    }

    /// Calls a method with one message.
    Answer call(GatewayFixture gateway, String path, String message, String... headers) throws IOException {
        byte[] frame = frame(message);
        return send(gateway, path, isText() ? Base64.getEncoder().encode(frame) : frame, headers);
    }

    /// Sends a body as it is.
    Answer send(GatewayFixture gateway, String path, byte[] body, String... headers) throws IOException {
        var client = new OkHttpClient.Builder()
                .protocols(List.of(protocol))
                .retryOnConnectionFailure(false)
                .readTimeout(Duration.ofSeconds(20))
                .build();
        try {
            Response response = client.newCall(new Request.Builder()
                            .url("http://127.0.0.1:" + gateway.gateway().port() + path)
                            .headers(Headers.of(headers))
                            .post(RequestBody.create(body, MediaType.get(type)))
                            .build())
                    .execute();
            return new Answer(client, response);
        } catch (IOException e) {
            close(client);
            throw e;
        }
    }

    private static void close(OkHttpClient client) {
        client.connectionPool().evictAll();
        client.dispatcher().executorService().shutdown();
    }

    static byte[] frame(String message) {
        byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(5 + bytes.length)
                .put((byte) 0)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    /// An answer, whose head has arrived.
    static final class Answer implements AutoCloseable {
        private final OkHttpClient client;
        private final Response response;
        private final DataInputStream frames;

        private Answer(OkHttpClient client, Response response) {
            this.client = client;
            this.response = response;
            InputStream body = response.body().byteStream();
            boolean text = header("content-type").startsWith("application/grpc-web-text");
            this.frames = new DataInputStream(text ? new Decoded(body) : body);
        }

        int status() {
            return response.code();
        }

        /// Empty if it is absent.
        String header(String name) {
            return String.join(", ", response.headers(name));
        }

        /// The next message, as soon as it has arrived.
        String message() throws IOException {
            return frame(0);
        }

        /// The lines of the frame that ends the answer.
        List<String> trailers() throws IOException {
            String block = frame(TRAILERS);
            if (frames.read() >= 0) {
                throw new AssertionError("something follows the trailers");
            }
            return block.lines().collect(Collectors.toList());
        }

        private String frame(int flag) throws IOException {
            int flags = frames.readUnsignedByte();
            byte[] payload = new byte[frames.readInt()];
            frames.readFully(payload);
            String text = new String(payload, StandardCharsets.UTF_8);
            if (flags != flag) {
                throw new AssertionError("a frame with flag " + flags + ": " + text);
            }
            return text;
        }

        /// The whole body, which may have no frames.
        String body() throws IOException {
            return new String(frames.readAllBytes(), StandardCharsets.UTF_8);
        }

        @Override
        public void close() {
            response.close();
            GrpcWebClient.close(client);
        }
    }

    /// Decodes base64 group by group, each with padding of its own.
    private static final class Decoded extends InputStream {
        private final InputStream text;
        private byte[] group = new byte[0];
        private int at;

        Decoded(InputStream text) {
            this.text = text;
        }

        @Override
        public int read() throws IOException {
            if (at == group.length) {
                byte[] four = new byte[4];
                int n = text.readNBytes(four, 0, 4);
                if (n == 0) {
                    return -1;
                }
                if (n < 4) {
                    throw new EOFException("the text ends within a group");
                }
                group = Base64.getDecoder().decode(four);
                at = 0;
            }
            return group[at++] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            int b = count == 0 ? -1 : read();
            if (b < 0) {
                return count == 0 ? 0 : -1;
            }
            bytes[from] = (byte) b;
            return 1;
        }
    }

    /// Encodes each part on its own, so that padding stands within the text.
    static byte[] inParts(byte[]... parts) {
        var text = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            text.writeBytes(Base64.getEncoder().encode(part));
        }
        return text.toByteArray();
    }
}
