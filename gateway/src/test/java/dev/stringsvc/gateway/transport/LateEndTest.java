package dev.stringsvc.gateway.transport;

import static dev.stringsvc.gateway.transport.TransportFixture.body;
import static dev.stringsvc.gateway.transport.TransportFixture.get;
import static dev.stringsvc.gateway.transport.TransportFixture.post;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.Cancellation;
import dev.stringsvc.gateway.http.UpstreamResponse;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Ending an attempt late does not affect the next attempt on its connection, and a request that the
/// instance may have read is not reported as not sent.
class LateEndTest {
    @Test
    void late_cancellation_leaves_the_next_request_alone() throws IOException {
        try (var fixture = new TransportFixture(FakeInstance.healthy())) {
            var cancellation = new Cancellation();
            assertThat(fixture.fetch(get("/").cancelledBy(cancellation))).isEqualTo("ok");
            try (UpstreamResponse next = fixture.respond(get("/next"))) {
                cancellation.cancel();
                assertThat(body(next)).isEqualTo("ok");
            }
            assertThat(fixture.fetch(get("/last"))).isEqualTo("ok");
            assertThat(fixture.instance().connections()).isOne();
        }
    }

    @Test
    @Timeout(20)
    void answer_without_end_does_not_hold_who_closes_it() throws IOException {
        try (var fixture = new TransportFixture(FakeInstance.endless())) {
            fixture.respond(get("/")).close();
        }
    }

    @Test
    void piece_that_was_read_before_the_connection_ended_may_have_been_sent() throws IOException {
        var gone = new CountDownLatch(1);
        try (var fixture = TransportFixture.to(wire -> {
            while (wire.in().read() != 'x') {
                // up to the first piece of the body
            }
            gone.countDown();
        })) {
            var pieces = new InputStream() {
                private int pieces;

                @Override
                public int read() {
                    throw new UnsupportedOperationException();
                }

                @Override
                public int read(byte[] bytes, int from, int length) throws IOException {
                    if (++pieces > 2) {
                        return -1;
                    }
                    try {
                        if (pieces == 2) {
                            gone.await();
                        }
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                    bytes[from] = (byte) (pieces == 1 ? 'x' : 'y');
                    return 1;
                }
            };
            assertThat(fixture.execute(post(new Body.Streamed(pieces, 2)))).isInstanceOf(AttemptResult.MaybeSent.class);
        }
    }
}
