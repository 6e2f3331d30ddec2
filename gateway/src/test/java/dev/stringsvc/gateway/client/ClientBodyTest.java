package dev.stringsvc.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.proxy.ClientLimits;
import dev.stringsvc.gateway.proxy.RequestBodies;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Content;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A body that one thread reads while another ends the request.
class ClientBodyTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final MinimumRate ANY = new MinimumRate(0, Duration.ZERO);

    private final Coming coming = new Coming();
    private final BodyMemory memory = new BodyMemory(10_000);

    /// A source of chunks that arrive one by one.
    private static final class Coming implements Content.Source {
        private final Queue<Content.Chunk> chunks = new ConcurrentLinkedQueue<>();
        private final CountDownLatch demanded = new CountDownLatch(1);
        private volatile @Nullable Runnable demand;

        void add(byte[] bytes, boolean last) {
            chunks.add(Content.Chunk.from(ByteBuffer.wrap(bytes), last));
            Runnable waiting = demand;
            if (waiting != null) {
                demand = null;
                waiting.run();
            }
        }

        @Override
        public Content.@Nullable Chunk read() {
            return chunks.poll();
        }

        @Override
        public void demand(Runnable demandCallback) {
            demand = demandCallback;
            demanded.countDown();
        }

        @Override
        public void fail(Throwable failure) {}
    }

    private ClientBody body(long length, Duration timeout) {
        var in = new ClientInput(coming, timeout);
        return new ClientBody(in, in::stop, length, Long.MAX_VALUE, ANY.start());
    }

    private Body stream(ClientBody body) throws IOException {
        var limits = new ClientLimits(8_192, 4_096, Long.MAX_VALUE, 1, 1, 1, ANY, new ClientTimeouts(LONG, LONG, LONG));
        return new RequestBodies(limits, memory).stream(body, () -> HeaderFields.NONE);
    }

    private static CompletableFuture<Integer> read(Body.Streamed streamed, long position) {
        var read = new CompletableFuture<Integer>();
        Thread.startVirtualThread(() -> {
            try {
                read.complete(streamed.read(position, new byte[1_000]));
            } catch (IOException | RuntimeException e) {
                read.completeExceptionally(e);
            }
        });
        return read;
    }

    @Test
    void read_of_another_thread_that_waits_ends_when_the_body_is_stopped() throws Exception {
        try (ClientBody body = body(100, LONG)) {
            var streamed = (Body.Streamed) stream(body);
            CompletableFuture<Integer> read = read(streamed, 0);
            assertThat(coming.demanded.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(body.isHere(1)).isFalse();
            body.stop(new SlowClientException());
            assertThat(streamed.awaitIdle()).isZero();
            assertThatThrownBy(() -> read.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(SlowClientException.class);
            assertThatThrownBy(() -> read(streamed, 0).get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class);
        }
        assertThat(memory.left()).isEqualTo(10_000);
    }

    @Test
    void late_reader_gets_nothing_of_what_comes_after_the_end() throws Exception {
        Body.Streamed streamed;
        try (ClientBody body = body(-1, LONG)) {
            streamed = (Body.Streamed) stream(body);
            coming.add(new byte[10], false);
            assertThat(read(streamed, 0).get(10, TimeUnit.SECONDS)).isEqualTo(10);
            body.stop(new IOException("over"));
            var _ = streamed.awaitIdle();
        }
        coming.add(new byte[10], true);
        assertThatThrownBy(() -> read(streamed, 10).get(10, TimeUnit.SECONDS)).hasRootCauseMessage("over");
        assertThat(coming.chunks).hasSize(1);
    }

    @Test
    void pause_that_is_too_long_is_the_client_s_slowness() throws Exception {
        try (ClientBody body = body(100, Duration.ofMillis(50))) {
            var streamed = (Body.Streamed) stream(body);
            assertThatThrownBy(() -> read(streamed, 0).get(10, TimeUnit.SECONDS))
                    .hasCauseInstanceOf(SlowClientException.class);
            assertThat(body.failure()).isInstanceOf(SlowClientException.class);
        }
    }

    @Test
    void memory_is_given_back_when_more_was_read_than_is_remembered() throws Exception {
        try (ClientBody body = body(-1, LONG)) {
            var streamed = (Body.Streamed) stream(body);
            assertThat(memory.left()).isEqualTo(10_000 - 4_096);
            for (int i = 0; i < 5; i++) {
                assertThat(streamed.replayable()).isTrue();
                coming.add(new byte[1_000], false);
                assertThat(read(streamed, i * 1_000L).get(10, TimeUnit.SECONDS)).isEqualTo(1_000);
            }
            assertThat(streamed.replayable()).isFalse();
            assertThat(memory.left()).isEqualTo(10_000);
        }
        assertThat(memory.left()).isEqualTo(10_000);
    }

    @Test
    void body_is_streamed_although_there_is_no_memory_to_remember_it() throws Exception {
        assertThat(memory.take(10_000)).isTrue();
        try (ClientBody body = body(-1, LONG)) {
            var streamed = (Body.Streamed) stream(body);
            coming.add(new byte[1], true);
            assertThat(read(streamed, 0).get(10, TimeUnit.SECONDS)).isEqualTo(1);
            assertThat(streamed.replayable()).isFalse();
            assertThat(read(streamed, 1).get(10, TimeUnit.SECONDS)).isEqualTo(-1);
            assertThat(body.ended()).isTrue();
        }
        assertThat(memory.left()).isZero();
    }

    @Test
    void small_body_that_is_here_is_not_streamed() throws Exception {
        coming.add(new byte[100], true);
        try (ClientBody body = body(100, LONG)) {
            assertThat(stream(body)).isInstanceOf(Body.Buffered.class);
        }
    }
}
