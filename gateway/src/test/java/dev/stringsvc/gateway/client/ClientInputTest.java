package dev.stringsvc.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.Content;
import org.junit.jupiter.api.Test;

class ClientInputTest {
    private final Queue<Content.Chunk> coming = new ArrayDeque<>();
    private final List<String> released = new ArrayList<>();
    private final ClientInput in = new ClientInput(
            new Content.Source() {
                @Override
                public Content.Chunk read() {
                    return coming.poll();
                }

                @Override
                public void demand(Runnable demandCallback) {
                    then("late", true);
                    demandCallback.run();
                }

                @Override
                public void fail(Throwable failure) {
                    throw new IllegalStateException(failure);
                }
            },
            Duration.ofSeconds(10));

    private void then(String text, boolean last) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        coming.add(Content.Chunk.from(bytes, last, () -> released.add(text)));
    }

    private String read(int count) throws IOException {
        byte[] bytes = new byte[count];
        int n = in.read(bytes, 0, count);
        return n < 0 ? "end" : new String(bytes, 0, n, StandardCharsets.US_ASCII);
    }

    @Test
    void gives_back_what_has_been_read_the_last_too() throws Exception {
        then("ab", false);
        then("cd", true);
        assertThat(in.available()).isEqualTo(2);
        assertThat(read(1)).isEqualTo("a");
        assertThat(released).isEmpty();
        assertThat(read(5)).isEqualTo("b");
        assertThat(released).containsExactly("ab");
        assertThat(read(5)).isEqualTo("cd");
        assertThat(released).containsExactly("ab", "cd");
        assertThat(read(5)).isEqualTo("end");
        assertThat(read(5)).isEqualTo("end");
        in.close();
        assertThat(released).containsExactly("ab", "cd");
    }

    @Test
    void waits_for_what_is_not_here() throws Exception {
        assertThat(in.available()).isZero();
        assertThat(read(9)).isEqualTo("late");
    }

    @Test
    void gives_back_at_its_end_what_was_not_read_and_takes_nothing_more() throws Exception {
        then("ab", false);
        assertThat(in.available()).isEqualTo(2);
        in.close();
        assertThat(released).containsExactly("ab");
        then("cd", true);
        assertThat(in.available()).isZero();
        assertThatThrownBy(() -> read(1)).isInstanceOf(IOException.class);
        assertThat(coming).hasSize(1);
    }

    @Test
    void failure_that_may_pass_is_told_once_and_the_last_one_always() throws Exception {
        coming.add(Content.Chunk.from(new TimeoutException("slow"), false));
        then("ab", false);
        coming.add(Content.Chunk.from(new IOException("gone"), true));
        assertThat(in.available()).isZero();
        assertThatThrownBy(() -> read(1)).hasCauseInstanceOf(TimeoutException.class);
        assertThat(read(2)).isEqualTo("ab");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> read(1)).hasMessageContaining("gone");
        }
    }
}
