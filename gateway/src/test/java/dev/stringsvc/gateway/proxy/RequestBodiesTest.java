package dev.stringsvc.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.client.BodyMemory;
import dev.stringsvc.gateway.client.ClientBody;
import dev.stringsvc.gateway.client.ClientTimeouts;
import dev.stringsvc.gateway.client.MinimumRate;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.transport.EndlessBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestBodiesTest {
    private static final ClientTimeouts TIMEOUTS =
            new ClientTimeouts(Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofHours(1));
    private static final int REPLAY = 4_096;

    private final ClientLimits limits =
            new ClientLimits(8_192, REPLAY, Long.MAX_VALUE, 1, 1, 1, new MinimumRate(0, Duration.ZERO), TIMEOUTS);
    private final BodyMemory memory = new BodyMemory(10_000);
    private final RequestBodies bodies = new RequestBodies(limits, memory);

    private ClientBody sent(int bytes, boolean lengthKnown) {
        return new ClientBody(
                new EndlessBody(bytes),
                () -> {},
                lengthKnown ? bytes : -1,
                Long.MAX_VALUE,
                limits.slowest().start());
    }

    private static byte[] bytes(Body body) throws IOException {
        return switch (body) {
            case Body.None() -> new byte[0];
            case Body.Buffered(byte[] bytes, var _) -> bytes;
            case Body.Streamed streamed -> {
                var all = new ByteArrayOutputStream();
                byte[] chunk = new byte[100];
                for (int n; (n = streamed.read(all.size(), chunk)) >= 0; ) {
                    all.write(chunk, 0, n);
                }
                yield all.toByteArray();
            }
        };
    }

    @ParameterizedTest
    @CsvSource({
        "1, true, true",
        "1, false, true",
        "1024, true, true",
        "1025, false, true",
        "4096, true, true",
        "4096, false, true",
        "4097, true, false",
        "4097, false, false",
        "100000, true, false",
        "100000, false, false"
    })
    void body_is_kept_up_to_the_limit_and_always_whole(int length, boolean known, boolean kept) throws Exception {
        try (ClientBody in = sent(length, known)) {
            Body body = bodies.read(in, () -> HeaderFields.NONE);
            assertThat(body.replayable()).isTrue();
            assertThat(bytes(body)).isEqualTo(new EndlessBody(length).readAllBytes());
            assertThat(body.replayable()).isEqualTo(kept);
            assertThat(in.ended()).isTrue();
        }
        assertThat(memory.left()).isEqualTo(10_000);
    }

    @Test
    void body_that_finds_no_memory_is_streamed() throws Exception {
        try (ClientBody one = sent(4_000, true);
                ClientBody two = sent(4_000, true);
                ClientBody three = sent(4_000, true)) {
            assertThat(bodies.read(one, () -> HeaderFields.NONE)).isInstanceOf(Body.Buffered.class);
            assertThat(bodies.read(two, () -> HeaderFields.NONE)).isInstanceOf(Body.Buffered.class);
            Body streamed = bodies.read(three, () -> HeaderFields.NONE);
            assertThat(streamed).isInstanceOf(Body.Streamed.class);
            assertThat(bytes(streamed)).isEqualTo(new EndlessBody(4_000).readAllBytes());
        }
        assertThat(memory.left()).isEqualTo(10_000);
    }
}
