package dev.stringsvc.gateway;

import static dev.stringsvc.gateway.RawClient.head;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Requests beyond the gateway's limits are refused at once.
class OverloadTest {
    private static final String GET = head("GET /svc HTTP/1.1", "Host: gw");
    private static final String POST = head("POST /svc HTTP/1.1", "Host: gw", "Content-Length: 5");

    @Test
    void request_that_finds_no_room_is_503_at_once_and_can_come_again() throws Exception {
        var taken = new CountDownLatch(1);
        var go = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                taken.countDown();
                go.await();
                wire.send(FakeInstance.OK);
            }
        });
        try (var gateway = GatewayFixture.with("limits.in-flight=1", instance);
                RawClient first = gateway.client();
                RawClient second = gateway.client()) {
            first.send(GET);
            taken.await();
            HttpMessage refused = second.send(GET).read();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
            go.countDown();
            assertThat(first.read().status()).isEqualTo(200);
            gateway.awaitIdle(); // an answer is there a moment before its place is free
            assertThat(second.send(GET).read().status()).isEqualTo(200);
            assertThat(gateway.logLines(3))
                    .anySatisfy(line -> assertThat(line).contains(" status=503 ", " attempts=0 ", " err="));
        }
    }

    private static Path twoServices(Path folder, String limits, FakeInstance hung, FakeInstance well) throws Exception {
        return Files.writeString(folder.resolve("gateway.yaml"), """
                %s
                services: {hung: {instances: ["%s"]}, well: {instances: ["%s"]}}
                route-defaults: {deadline: 60s, attempt-timeout: 20s}
                routes:
                - {path: /svc, service: hung}
                - {path: /also, service: hung}
                - {path: /well, service: well}
                """.formatted(limits, hung.address(), well.address()));
    }

    @Test
    void hung_service_holds_half_of_the_room_and_leaves_the_rest_to_others(@TempDir Path folder) throws Exception {
        var taken = new CountDownLatch(2);
        var go = new CountDownLatch(1);
        var hung = FakeInstance.of(wire -> {
            for (HttpMessage request; (request = wire.read()) != null; ) {
                taken.countDown();
                go.await();
                wire.send(FakeInstance.OK);
            }
        });
        var well = FakeInstance.healthy();
        try (var gateway = GatewayFixture.of(twoServices(folder, "limits: {in-flight: 4}", hung, well), hung, well);
                RawClient first = gateway.client();
                RawClient second = gateway.client();
                RawClient third = gateway.client()) {
            first.send(GET);
            second.send(head("GET /also HTTP/1.1", "Host: gw")); // another route of the same service
            taken.await();
            HttpMessage refused = third.send(GET).read();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(refused.header("Connection")).isNull();
            assertThat(refused.text()).contains("services.hung.in-flight", "\"route\":\"/svc\"");
            HttpMessage unsent = gateway.exchange(POST);
            assertThat(unsent.status()).isEqualTo(503);
            assertThat(unsent.header("Connection")).isEqualTo("close");
            assertThat(gateway.get("/well").status()).isEqualTo(200);
            go.countDown();
            assertThat(first.read().status()).isEqualTo(200);
            assertThat(second.read().status()).isEqualTo(200);
            gateway.awaitIdle();
            assertThat(third.send(GET).read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @CsvSource({"hello, ", "'', close"})
    void connection_is_kept_after_503_unless_a_body_is_still_to_come(String body, @Nullable String connection)
            throws Exception {
        var taken = new CountDownLatch(1);
        var instance = FakeInstance.of(wire -> {
            wire.read();
            taken.countDown();
            wire.awaitEnd();
        });
        try (var gateway = GatewayFixture.with("limits.in-flight=1", instance);
                RawClient first = gateway.client();
                RawClient second = gateway.client()) {
            first.send(GET);
            taken.await();
            HttpMessage refused = second.send(POST + body).read();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(refused.header("Connection")).isEqualTo(connection);
            if (connection == null) {
                assertThat(second.send(GET).read().status()).isEqualTo(503);
            } else {
                assertThat(second.ended()).isTrue();
            }
        }
    }

    @Test
    void request_whose_body_is_still_to_come_keeps_nobody_out() throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("limits.in-flight=1", instance);
                RawClient slow = gateway.client()) {
            slow.send(POST + "he");
            await().until(() -> gateway.admin("/metrics").body().contains("gateway_requests_in_flight 1.0"));
            assertThat(gateway.get("/svc").status()).isEqualTo(200);
            assertThat(instance.requests()).hasSize(1);
            await().until(() -> gateway.admin("/metrics").body().contains("gateway_requests_in_flight 1.0"));
            assertThat(slow.send("llo").read().status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "he"})
    void body_that_is_waited_for_longest_gives_way_when_too_many_are(String begin) throws Exception {
        var instance = FakeInstance.healthy();
        try (var gateway = GatewayFixture.with("limits.in-flight=1", instance);
                RawClient slow = gateway.client();
                RawClient prompt = gateway.client()) {
            slow.send(POST + begin);
            await().until(() -> gateway.admin("/metrics").body().contains("gateway_requests_in_flight 1.0"));
            prompt.send(POST);
            assertThat(slow.read().status()).isEqualTo(408);
            assertThat(prompt.send("hello").read().status()).isEqualTo(200);
            assertThat(instance.requests()).hasSize(1);
        }
    }
}
