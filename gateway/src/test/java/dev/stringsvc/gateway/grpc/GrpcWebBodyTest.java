package dev.stringsvc.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.http.HeaderFields;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The bodies of gRPC-Web requests and answers, byte by byte.
class GrpcWebBodyTest {
    /// Returns a random number of bytes from each read.
    private static final class Trickle extends ByteArrayInputStream {
        private final Random random;

        Trickle(byte[] bytes, Random random) {
            super(bytes);
            this.random = random;
        }

        @Override
        public synchronized int read(byte[] bytes, int from, int count) {
            return super.read(bytes, from, Math.min(count, 1 + random.nextInt(10)));
        }
    }

    @RepeatedTest(50)
    void base64_in_parts_is_decoded_however_it_arrives(RepetitionInfo repetition) throws IOException {
        var random = new Random(repetition.getCurrentRepetition());
        byte[] bytes = new byte[random.nextInt(20_000)];
        random.nextBytes(bytes);
        var text = new ByteArrayOutputStream();
        for (int at = 0, end; at < bytes.length; at = end) {
            end = Math.min(bytes.length, at + 1 + random.nextInt(random.nextBoolean() ? 5 : 9_000));
            text.writeBytes(Base64.getEncoder().encode(Arrays.copyOfRange(bytes, at, end)));
        }
        InputStream in = random.nextBoolean()
                ? new Trickle(text.toByteArray(), random)
                : new ByteArrayInputStream(text.toByteArray());
        assertThat(new Base64Input(in).readAllBytes()).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "A",
                "AA",
                "AAA",
                "AAAAA",
                "AAA*",
                "A===",
                "====",
                "=AAA",
                "AA=A",
                "AAAA\r\n",
                "AA-_",
                "AAA\u00e9"
            })
    void text_that_is_not_base64_is_malformed(String text) {
        var in = new Base64Input(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
        assertThatThrownBy(in::readAllBytes)
                .isInstanceOf(MalformedBase64Exception.class)
                .hasMessage("The body is not valid base64.");
    }

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();

    private static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    private String sent() {
        return sent.toString(StandardCharsets.ISO_8859_1);
    }

    @Test
    void text_is_complete_after_each_flush() throws IOException {
        var out = new GrpcWebOutput(sent, true);
        out.write(bytes(0, 0, 0, 0));
        assertThat(sent()).isEqualTo("AAAA");
        out.write(bytes(2, 'h', 'i'));
        out.flush();
        assertThat(sent()).isEqualTo("AAAAAAJoaQ==");
        out.flush();
        out.write(bytes(0));
        out.flush();
        assertThat(sent()).isEqualTo("AAAAAAJoaQ==AA==");
    }

    @Test
    void trailers_are_the_last_frame_with_names_in_lower_case() throws IOException {
        var out = new GrpcWebOutput(sent, false);
        out.trailers(new HeaderFields().add("Grpc-Status", "0").add("x-\u00e9", "\u00e9"));
        out.close();
        assertThat(sent()).isEqualTo("\u0080\0\0\0\u0018grpc-status: 0\r\nx-\u00e9: \u00e9\r\n");
    }

    @Test
    void trailers_follow_a_message_in_one_text() throws IOException {
        var out = new GrpcWebOutput(sent, true);
        out.write(bytes(0, 0, 0, 0, 0));
        out.trailers(new HeaderFields().add("grpc-status", "0"));
        out.close();
        assertThat(Base64.getDecoder().decode(sent()))
                .isEqualTo("\0\0\0\0\0\u0080\0\0\0\u0010grpc-status: 0\r\n".getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void knows_where_a_message_ends() throws IOException {
        byte[] frames = bytes(0, 0, 0, 0, 2, 'h', 'i', 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 'x');
        var out = new GrpcWebOutput(sent, false);
        for (int i = 0; i < frames.length; i++) {
            assertThat(out.isWithinMessage()).as("before byte %d", i).isEqualTo(i != 0 && i != 7 && i != 12);
            out.write(frames[i]);
        }
        assertThat(out.isWithinMessage()).isFalse();
        out.write(bytes(0, 0xff, 0xff, 0xff, 0xff));
        out.write(frames);
        assertThat(out.isWithinMessage()).isTrue();
        assertThat(sent.size()).isEqualTo(2 * frames.length + 5);
    }
}
