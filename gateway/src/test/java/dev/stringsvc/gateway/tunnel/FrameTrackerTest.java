package dev.stringsvc.gateway.tunnel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FrameTrackerTest {
    /// A frame whose payload is zeros.
    static byte[] frame(int opcode, int length, boolean masked) {
        var frame = new ByteArrayOutputStream();
        int mask = masked ? 0x80 : 0;
        frame.write(0x80 | opcode);
        if (length < 126) {
            frame.write(mask | length);
        } else if (length < 65_536) {
            frame.writeBytes(new byte[] {(byte) (mask | 126), (byte) (length >> 8), (byte) length});
        } else {
            frame.writeBytes(new byte[] {
                (byte) (mask | 127),
                0,
                0,
                0,
                0,
                (byte) (length >> 24),
                (byte) (length >> 16),
                (byte) (length >> 8),
                (byte) length
            });
        }
        frame.writeBytes(new byte[masked ? 4 : 0]);
        frame.writeBytes(new byte[length]);
        return frame.toByteArray();
    }

    static byte[] join(byte[]... parts) {
        var all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({
        "0, false",
        "0, true",
        "1, true",
        "125, false",
        "125, true",
        "126, false",
        "126, true",
        "65535, true",
        "65536, false",
        "65536, true",
        "300000, true"
    })
    void frame_ends_where_its_length_says(int length, boolean masked) {
        byte[] frame = frame(2, length, masked);
        byte[] stream = join(frame, frame(1, 3, masked));
        for (int piece : new int[] {1, 2, 3, 7, 1_000, stream.length}) {
            var frames = new FrameTracker();
            assertThat(ends(frames, stream, piece)).containsExactly(frame.length, stream.length);
            assertThat(frames.closed()).isFalse();
        }
    }

    /// The positions where frames end, if the bytes arrive in pieces of this size.
    private static List<Integer> ends(FrameTracker frames, byte[] stream, int piece) {
        List<Integer> ends = new ArrayList<>();
        for (int from = 0; from < stream.length; from += piece) {
            int to = Math.min(stream.length, from + piece);
            for (int at = from; at < to; ) {
                at += frames.take(stream, at, to);
                if (frames.between()) {
                    ends.add(at);
                }
            }
        }
        return ends;
    }

    @Test
    void it_is_closed_when_a_close_frame_is_whole() {
        byte[] close = frame(8, 2, true);
        var frames = new FrameTracker();
        assertThat(frames.take(close, 0, close.length - 1)).isEqualTo(close.length - 1);
        assertThat(frames.closed()).isFalse();
        assertThat(frames.take(close, close.length - 1, close.length)).isEqualTo(1);
        assertThat(frames.closed()).isTrue();
    }

    @Test
    void length_that_cannot_be_never_ends() {
        byte[] head = {(byte) 0x82, 127, -1, -1, -1, -1, -1, -1, -1, -1, 0};
        var frames = new FrameTracker();
        assertThat(frames.take(head, 0, head.length)).isEqualTo(head.length);
        assertThat(frames.between()).isFalse();
    }
}
