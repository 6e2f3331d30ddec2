package dev.stringsvc.gateway.tunnel;

import static dev.stringsvc.gateway.tunnel.FrameTrackerTest.frame;
import static dev.stringsvc.gateway.tunnel.FrameTrackerTest.join;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameRelayTest {
    private static final byte[] GOODBYE = {(byte) 0x88, 2, 3, (byte) 0xe9};
    private static final byte[] LEAVE = new byte[0];

    /// The output for these pieces of input, one read each. An empty piece calls leave() before the next
    /// read.
    private static byte[] pass(byte[]... pieces) throws IOException {
        Deque<byte[]> left = new ArrayDeque<>(List.of(pieces));
        var out = new ByteArrayOutputStream();
        var self = new AtomicReference<FrameRelay>();
        var way = new FrameRelay(
                into -> {
                    while (true) {
                        byte @Nullable [] piece = left.poll();
                        if (piece == null) {
                            return -1;
                        }
                        if (piece.length > 0) {
                            System.arraycopy(piece, 0, into, 0, piece.length);
                            return piece.length;
                        }
                        self.get().leave();
                    }
                },
                out::write,
                GOODBYE);
        self.set(way);
        way.pass();
        assertThat(way.bytes()).isEqualTo(out.size());
        return out.toByteArray();
    }

    @Test
    void bytes_pass_as_they_are() throws IOException {
        byte[] said = join(frame(1, 5, true), frame(9, 0, true), frame(8, 2, true), new byte[] {1, 2, 3});
        assertThat(pass(said)).isEqualTo(said);
    }

    @Test
    void goodbye_is_said_at_once_between_two_frames_and_nothing_after_it() throws IOException {
        byte[] before = frame(1, 5, true);
        assertThat(pass(before, LEAVE, frame(1, 7, true), frame(8, 2, true))).isEqualTo(join(before, GOODBYE));
        assertThat(pass(LEAVE, LEAVE)).isEqualTo(GOODBYE);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5, 10, 200})
    void goodbye_waits_for_the_end_of_the_frame_that_has_begun(int begun) throws IOException {
        byte[] frame = frame(1, 300, true);
        byte[] rest = join(Arrays.copyOfRange(frame, begun, frame.length), frame(2, 9, true));
        assertThat(pass(Arrays.copyOf(frame, begun), LEAVE, rest)).isEqualTo(join(frame, GOODBYE));
    }

    @Test
    void side_that_has_said_goodbye_itself_says_it_once() throws IOException {
        byte[] close = frame(8, 2, true);
        assertThat(pass(close, LEAVE)).isEqualTo(close);
        assertThat(pass(Arrays.copyOf(close, 3), LEAVE, Arrays.copyOfRange(close, 3, close.length)))
                .isEqualTo(close);
    }

    @Test
    void it_is_over_when_the_goodbye_is_answered() throws IOException {
        Deque<byte[]> left = new ArrayDeque<>(List.of(frame(1, 1, true), frame(8, 2, true)));
        var way = new FrameRelay(
                into -> {
                    byte[] piece = left.remove(); // fails if there is one read too many
                    System.arraycopy(piece, 0, into, 0, piece.length);
                    return piece.length;
                },
                (bytes, from, length) -> {},
                GOODBYE);
        way.leave();
        way.pass();
        assertThat(left).isEmpty();
    }
}
