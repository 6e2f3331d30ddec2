package dev.stringsvc.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import okhttp3.ConnectionPool;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

class ClientsTest {
    private final Clients clients = Clients.of(ClientsTest::client);

    private static OkHttpClient client(ConnectionPool pool) {
        return new OkHttpClient.Builder().connectionPool(pool).build();
    }

    private static void ask(Clients.Client client, FakeInstance instance) throws IOException {
        Request request =
                new Request.Builder().url("http://" + instance.address() + "/").build();
        try (Response answer = client.client().newCall(request).execute()) {
            assertThat(answer.body().string()).isEqualTo("ok");
        }
    }

    @Test
    void each_request_has_its_own_and_the_last_that_was_given_back_comes_first() {
        Clients.Client one = clients.lease();
        Clients.Client other = clients.lease();
        assertThat(other).isNotSameAs(one);
        clients.giveBack(one);
        clients.giveBack(other);
        assertThat(clients.lease()).isSameAs(other);
        assertThat(clients.lease()).isSameAs(one);
        assertThat(clients.lease()).isNotIn(one, other);
    }

    @Test
    void what_is_shared_is_one_for_all() {
        Clients shared = Clients.shared(ClientsTest::client);
        Clients.Client one = shared.lease();
        assertThat(shared.lease()).isSameAs(one);
        shared.giveBack(one);
        shared.evictIdle(0);
        assertThat(shared.lease()).isSameAs(one);
    }

    @Test
    void idle_connections_are_closed_and_those_in_use_are_not() throws Exception {
        try (FakeInstance instance = FakeInstance.healthy()) {
            Clients.Client idle = clients.lease();
            Clients.Client used = clients.lease();
            ask(idle, instance);
            ask(used, instance);
            clients.giveBack(idle);
            clients.evictIdle(Long.MAX_VALUE);
            assertThat(instance.openConnections()).isEqualTo(2);
            clients.evictIdle(0);
            await().until(() -> instance.openConnections() == 1);
            assertThat(clients.lease()).isNotSameAs(idle);
            ask(used, instance);
            assertThat(instance.connections()).isEqualTo(2);
            clients.close();
            clients.giveBack(used);
            await().until(() -> instance.openConnections() == 0);
        }
    }
}
