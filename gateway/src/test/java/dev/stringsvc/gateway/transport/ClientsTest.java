package dev.stringsvc.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import okhttp3.ConnectionPool;
import okhttp3.HttpUrl;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;

class ClientsTest {
    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration NONE = Duration.ofNanos(1);
    private static final Duration SHORT = Duration.ofMillis(300);

    private static OkHttpClient client(ConnectionPool pool) {
        return new OkHttpClient.Builder().connectionPool(pool).build();
    }

    private static Void ask(Clients.Client client, FakeInstance instance) throws IOException {
        Request request =
                new Request.Builder().url("http://" + instance.address() + "/").build();
        try (Response answer = client.okHttp().newCall(request).execute()) {
            assertThat(answer.body().string()).isEqualTo("ok");
        }
        return null;
    }

    @Test
    void each_request_has_its_own_and_the_last_that_was_given_back_comes_first() {
        Clients clients = Clients.of(ClientsTest::client, LONG);
        Clients.Client one = clients.lease();
        Clients.Client other = clients.lease();
        assertThat(other).isNotSameAs(one);
        clients.giveBack(one);
        clients.giveBack(other);
        clients.evictIdle();
        assertThat(clients.lease()).isSameAs(other);
        assertThat(clients.lease()).isSameAs(one);
        assertThat(clients.lease()).isNotIn(one, other);
    }

    @Test
    void idle_connections_are_closed_and_those_in_use_are_not() throws Exception {
        Clients clients = Clients.of(ClientsTest::client, NONE);
        try (FakeInstance instance = FakeInstance.healthy()) {
            Clients.Client idle = clients.lease();
            Clients.Client used = clients.lease();
            ask(idle, instance);
            ask(used, instance);
            clients.giveBack(idle);
            clients.evictIdle();
            await().until(() -> instance.openConnections() == 1);
            assertThat(clients.lease()).isNotSameAs(idle);
            ask(used, instance);
            assertThat(instance.connections()).isEqualTo(2);
            clients.close();
            clients.giveBack(used);
            await().until(() -> instance.openConnections() == 0);
        }
    }

    @Test
    void all_that_are_idle_can_be_closed_at_once() throws Exception {
        Clients clients = Clients.of(ClientsTest::client, LONG);
        try (FakeInstance instance = FakeInstance.healthy()) {
            Clients.Client client = clients.lease();
            ask(client, instance);
            clients.giveBack(client);
            clients.evict();
            await().until(() -> instance.openConnections() == 0);
            assertThat(clients.lease()).isSameAs(client);
        }
    }

    @Test
    void what_is_shared_is_one_for_all() {
        Clients shared = Clients.shared(ClientsTest::client, NONE);
        Clients.Client one = shared.lease();
        assertThat(shared.lease()).isSameAs(one);
        shared.giveBack(one);
        shared.evictIdle();
        assertThat(shared.lease()).isSameAs(one);
    }

    @Test
    void of_what_is_shared_idle_connections_are_closed_though_others_are_used() throws Exception {
        Clients shared = Clients.shared(ClientsTest::client, SHORT);
        var bothAsked = new CountDownLatch(2);
        try (FakeInstance instance = FakeInstance.of(wire -> {
                    while (wire.read() != null) {
                        bothAsked.countDown();
                        bothAsked.await();
                        wire.send(FakeInstance.OK);
                    }
                });
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var other = threads.submit(() -> ask(shared.lease(), instance));
            ask(shared.lease(), instance);
            other.get();
            assertThat(instance.openConnections()).isEqualTo(2);
            await().until(() -> {
                ask(shared.lease(), instance);
                shared.evictIdle();
                return instance.openConnections() == 1;
            });
        }
    }

    /// OkHttp takes a connection that was switched for one in use until both its ends were read and written to the end.
    @Test
    void client_whose_connection_was_switched_is_not_used_again() throws Exception {
        Clients clients = Clients.of(ClientsTest::client, LONG);
        try (FakeInstance instance = FakeInstance.of(wire -> {
                    wire.read();
                    wire.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
                    wire.awaitEnd();
                });
                Watchdog watchdog = Watchdog.start()) {
            var transport = new OkHttpTransport(
                    clients,
                    clients,
                    HttpUrl.get("http://" + instance.address() + "/"),
                    watchdog,
                    TransportFixture.PAUSES);
            var headers = new HeaderFields().add("Connection", "Upgrade").add("Upgrade", "websocket");
            AttemptResult result = transport.execute(
                    new UpstreamRequest("GET", "/", null, headers, new Body.None()), TransportFixture.LONG);
            assertThat(result).isInstanceOfSatisfying(AttemptResult.Responded.class, responded -> {
                assertThat(responded.response().socket()).isNotNull();
                responded.response().close();
            });
            await().until(() -> instance.openConnections() == 0);
            assertThat(clients.lease().okHttp().connectionPool().connectionCount())
                    .isZero();
        }
    }
}
