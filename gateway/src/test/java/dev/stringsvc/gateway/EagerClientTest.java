package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// Clients that send their next request as soon as they have an answer, before the gateway has begun to
/// wait for it.
class EagerClientTest {
    private static final int CLIENTS = 8;
    private static final int REQUESTS = 4_000;

    @Test
    void each_request_of_a_kept_connection_is_read() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.healthy());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> answered = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                answered.add(threads.submit(() -> ask(gateway)));
            }
            for (Future<Integer> one : answered) {
                assertThat(one.get()).isEqualTo(REQUESTS);
            }
        }
    }

    /// Fails with a timeout if an answer does not come.
    private static int ask(GatewayFixture gateway) throws Exception {
        int answers = 0;
        try (RawClient client = gateway.client()) {
            while (answers < REQUESTS) {
                client.send("GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n");
                answers += client.read().status() == 200 ? 1 : 0;
            }
        }
        return answers;
    }
}
