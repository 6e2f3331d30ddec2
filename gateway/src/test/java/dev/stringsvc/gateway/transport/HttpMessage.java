package dev.stringsvc.gateway.transport;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A request or response as it was on the wire, one character per byte, read without a library.
///
/// @param head the start line and the fields, without the empty line
/// @param body without its chunk framing
@SuppressWarnings("ArrayRecordComponent") // messages are not compared
public record HttpMessage(List<String> head, byte[] body) {
    /// Reads a request; `null` if the connection ended before it.
    public static @Nullable HttpMessage readRequest(InputStream in) throws IOException {
        List<String> head = readHead(in);
        if (head == null) {
            return null;
        }
        var message = new HttpMessage(head, new byte[0]);
        boolean hasBody = message.header("Transfer-Encoding") != null || message.header("Content-Length") != null;
        return hasBody ? message.withBody(in) : message;
    }

    /// Reads a response, up to the connection's end if it has no length.
    ///
    /// @throws EOFException if it is incomplete
    public static HttpMessage readAnswer(InputStream in, boolean toHead) throws IOException {
        HttpMessage message = readAnswerHead(in);
        boolean bodiless = toHead || message.status() < 200 || message.status() == 204 || message.status() == 304;
        return bodiless ? message : message.withBody(in);
    }

    /// Reads only the head of a response.
    public static HttpMessage readAnswerHead(InputStream in) throws IOException {
        List<String> head = readHead(in);
        if (head == null) {
            throw new EOFException("the connection ended before an answer");
        }
        return new HttpMessage(head, new byte[0]);
    }

    private static @Nullable List<String> readHead(InputStream in) throws IOException {
        List<String> head = new ArrayList<>();
        while (true) {
            String line = readLine(in);
            if (line == null && head.isEmpty()) {
                return null;
            }
            if (line == null) {
                throw new EOFException("the connection ended within a head: " + head);
            }
            if (line.isEmpty()) {
                return head;
            }
            head.add(line);
        }
    }

    private static @Nullable String readLine(InputStream in) throws IOException {
        var line = new ByteArrayOutputStream();
        while (true) {
            int b = in.read();
            if (b < 0) {
                return line.size() == 0 ? null : line.toString(StandardCharsets.ISO_8859_1);
            }
            if (b == '\n') {
                return line.toString(StandardCharsets.ISO_8859_1).replace("\r", "");
            }
            line.write(b);
        }
    }

    private HttpMessage withBody(InputStream in) throws IOException {
        if (header("Transfer-Encoding") != null) {
            return new HttpMessage(head, readChunks(in));
        }
        String length = header("Content-Length");
        if (length == null) {
            return new HttpMessage(head, in.readAllBytes());
        }
        byte[] body = in.readNBytes(Integer.parseInt(length));
        if (body.length < Integer.parseInt(length)) {
            throw new EOFException("the connection ended after %d of %s bytes".formatted(body.length, length));
        }
        return new HttpMessage(head, body);
    }

    private static byte[] readChunks(InputStream in) throws IOException {
        var body = new ByteArrayOutputStream();
        while (true) {
            byte[] chunk = readChunk(in);
            if (chunk.length == 0) {
                return body.toByteArray();
            }
            body.writeBytes(chunk);
        }
    }

    /// Reads one chunk with its framing; the last chunk is empty.
    public static byte[] readChunk(InputStream in) throws IOException {
        String size = readLine(in);
        if (size == null) {
            throw new EOFException("the connection ended between chunks");
        }
        int length = Integer.parseInt(size, 16);
        byte[] chunk = in.readNBytes(length);
        if (chunk.length < length || readLine(in) == null) {
            throw new EOFException("the connection ended within a chunk");
        }
        return chunk;
    }

    public String startLine() {
        return head.getFirst();
    }

    public int status() {
        return Integer.parseInt(startLine().substring(9, 12));
    }

    /// All values of a field, in order.
    public List<String> headers(String name) {
        return head.stream()
                .skip(1)
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .toList();
    }

    /// The only value of a field; `null` if it is absent.
    public @Nullable String header(String name) {
        List<String> values = headers(name);
        if (values.size() > 1) {
            throw new AssertionError(name + " is there more than once: " + head);
        }
        return values.isEmpty() ? null : values.getFirst();
    }

    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }
}
