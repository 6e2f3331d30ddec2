package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class BalanceTest {
    private static final int CLIENTS = 30;
    private static final int EACH = 100;

    @Test
    void parallel_requests_are_spread_to_the_one() throws Exception {
        List<FakeInstance> instances = List.of(FakeInstance.healthy(), FakeInstance.healthy(), FakeInstance.healthy());
        try (var gateway = GatewayFixture.over(instances.toArray(FakeInstance[]::new));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(client(gateway)));
            }
            for (Future<Integer> client : clients) {
                assertThat(client.get()).isEqualTo(EACH);
            }
            assertThat(instances)
                    .allSatisfy(instance -> assertThat(instance.requests()).hasSize(CLIENTS * EACH / instances.size()));
            assertThat(gateway.logLines(CLIENTS * EACH))
                    .hasSize(CLIENTS * EACH)
                    .allMatch(line -> line.contains(" status=200 ") && line.contains(" attempts=1 "));
        }
    }

    private static Callable<Integer> client(GatewayFixture gateway) {
        return () -> {
            int answered = 0;
            try (RawClient client = gateway.client()) {
                for (int i = 0; i < EACH; i++) {
                    client.send("GET /svc HTTP/1.1\r\nHost: gw\r\n\r\n");
                    answered += client.read().text().equals("ok") ? 1 : 0;
                }
            }
            return answered;
        };
    }

    @Test
    void parallel_requests_all_succeed_while_one_instance_refuses() throws Exception {
        var first = FakeInstance.healthy();
        var last = FakeInstance.healthy();
        try (var gateway = GatewayFixture.over(first, FakeInstance.refusing(), last);
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(threads.submit(client(gateway)));
            }
            for (Future<Integer> client : clients) {
                assertThat(client.get()).isEqualTo(EACH);
            }
            assertThat(first.requests().size() + last.requests().size()).isEqualTo(CLIENTS * EACH);
        }
    }
}
