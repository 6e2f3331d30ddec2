package dev.stringsvc.gateway.transport.http1;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The parsed response does not depend on where its bytes are split. `-Dfuzz.seed=N` damages other
/// responses, `-Dfuzz.requests=N` more of them.
class ResponseParserTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int ANSWERS = Integer.getInteger("fuzz.requests", 5_000);
    private static final List<String> VALID = List.of(
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: \u00fc\r\n\r\nhello",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 1\r\n\r\n",
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\n\r\n",
            "HTTP/1.0 200\r\n\r\nto the end");
    private static final List<String> SPOILERS = List.of(
            "\r",
            "\n",
            "\r\n",
            "\r\n ",
            "\0",
            " ",
            "\t",
            ":",
            ";",
            "0",
            "9",
            "-",
            "x",
            "\u0080",
            "\r\nX : 1",
            "\r\nX",
            "\r\nContent-Length: 3",
            "\r\nTransfer-Encoding: chunked",
            "0\r\n\r\n",
            "HTTP/1.1 200 OK\r\n\r\n");

    private static String spoiled(String answer, Random random) {
        var bytes = new StringBuilder(answer);
        for (int i = random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(bytes.length());
            switch (random.nextInt(3)) {
                case 0 -> bytes.insert(at, SPOILERS.get(random.nextInt(SPOILERS.size())));
                case 1 -> bytes.deleteCharAt(at);
                default -> bytes.setCharAt(at, (char) random.nextInt(256));
            }
        }
        return bytes.toString();
    }

    /// Everything that was parsed: heads, the whole body, trailers, and how the response ended.
    private static String read(String bytes, List<Integer> lengths) {
        var parser = new ResponseParser();
        parser.begin(false);
        var read = new StringBuilder();
        var body = new StringBuilder();
        byte[] all = bytes.getBytes(StandardCharsets.ISO_8859_1);
        int from = 0;
        try {
            for (int length : lengths) {
                ByteBuffer in =
                        ByteBuffer.allocate(length).put(all, from, length).flip();
                from += length;
                for (ResponseParser.Event event; (event = parser.parse(in)) != ResponseParser.Event.MORE; ) {
                    switch (event) {
                        case HEAD -> {
                            read.append(parser.status());
                            parser.fields().forEach((name, value) -> read.append(field(name, value)));
                        }
                        case CONTENT ->
                            body.append(new String(
                                    in.array(),
                                    in.position() - parser.contentLength(),
                                    parser.contentLength(),
                                    StandardCharsets.ISO_8859_1));
                        case END -> {
                            if (parser.status() >= 200) {
                                parser.trailers().forEach((name, value) -> read.append(field(name, value)));
                                return read + "; " + body + "; whole";
                            }
                            parser.afterInterim(false);
                        }
                        case MORE -> throw new AssertionError();
                    }
                }
                assertThat(in.hasRemaining())
                        .as("bytes that are left although more is wanted")
                        .isFalse();
            }
            return read + "; " + body + "; " + parser.endsWithConnection();
        } catch (ProtocolException e) {
            return read + "; broken";
        }
    }

    /// Jetty replaces a well-known name with its own spelling if the whole line is there.
    private static String field(String name, String value) {
        return name.toLowerCase(java.util.Locale.ROOT) + '=' + value + '|';
    }

    @Test
    void splits_change_nothing() {
        var random = new Random(SEED);
        for (int i = 0; i < ANSWERS; i++) {
            String bytes = spoiled(VALID.get(random.nextInt(VALID.size())), random);
            String whole = read(bytes, List.of(bytes.length()));
            List<Integer> splits = new ArrayList<>();
            for (int left = bytes.length(); left > 0; left -= splits.getLast()) {
                splits.add(1 + random.nextInt(left));
            }
            String told = "-Dfuzz.seed=" + SEED + ": " + bytes;
            assertThat(read(bytes, splits)).as(told).isEqualTo(whole);
            assertThat(read(bytes, java.util.Collections.nCopies(bytes.length(), 1)))
                    .as(told)
                    .isEqualTo(whole);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-A : 1",
                "X-A: 1\r\n Set-Cookie: evil",
                "Garbage line",
                ": v",
                "X(T): a",
                "X-A: 1\nX-B: 2",
                "X-A: \0"
            })
    void malformed_line_breaks_a_head_and_a_trailer(String line) {
        String head = "HTTP/1.1 200 OK\r\n" + line + "\r\nContent-Length: 0\r\n\r\n";
        String trailer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + line + "\r\n\r\n";
        assertThat(read(head, List.of(head.length()))).endsWith("broken");
        assertThat(read(trailer, List.of(trailer.length()))).endsWith("broken");
    }
}
