package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.Any;
import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.transcoding.AllTypes;
import dev.stringsvc.gateway.transcoding.Failure;
import dev.stringsvc.gateway.transcoding.GetMessageRequest;
import dev.stringsvc.gateway.transcoding.Message;
import dev.stringsvc.gateway.transcoding.MessagingGrpc;
import dev.stringsvc.gateway.transcoding.TranscodingProto;
import io.grpc.BindableService;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Protocol;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// JSON requests through a gateway to a real gRPC server.
class TranscodeTest {
    @TempDir
    private Path folder;

    private final List<Server> servers = new ArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final CountDownLatch goOn = new CountDownLatch(1);

    @AfterEach
    void stop() throws InterruptedException {
        goOn.countDown();
        http.close();
        for (Server server : servers) {
            server.shutdownNow().awaitTermination();
        }
    }

    private final class Messaging extends MessagingGrpc.MessagingImplBase {
        private final String name;

        Messaging(String name) {
            this.name = name;
        }

        @Override
        public void getMessage(GetMessageRequest request, StreamObserver<Message> answer) {
            answer.onNext(Message.newBuilder()
                    .setMessageId(request.getMessageId())
                    .setText(name)
                    .build());
            answer.onCompleted();
        }

        @Override
        public void replaceMessage(Message request, StreamObserver<Message> answer) {
            answer.onNext(request);
            answer.onCompleted();
        }

        @Override
        public void everything(AllTypes request, StreamObserver<AllTypes> answer) {
            answer.onNext(request);
            answer.onCompleted();
        }

        @Override
        public void fail(Failure request, StreamObserver<Message> answer) {
            answer.onError(StatusProto.toStatusRuntimeException(Status.newBuilder()
                    .setCode(request.getCode())
                    .setMessage(request.getMessage())
                    .addDetails(
                            Any.pack(ErrorInfo.newBuilder().setReason("BROKEN").build()))
                    .build()));
        }

        @Override
        public void large(Failure request, StreamObserver<Message> answer) {
            answer.onNext(Message.newBuilder().setText("x".repeat(5_000_000)).build());
            answer.onCompleted();
        }

        @Override
        public void watch(Failure request, StreamObserver<Message> observer) {
            var answer = (ServerCallStreamObserver<Message>) observer;
            for (int i = 0; i < request.getMessages(); i++) {
                answer.onNext(Message.newBuilder().setText("m" + i).build());
            }
            if (request.getMessage().equals("wait")) {
                try {
                    if (!goOn.await(10, TimeUnit.SECONDS)) {
                        throw new AssertionError("nobody said to go on");
                    }
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
            if (request.getCode() == 0) {
                answer.onCompleted();
            } else {
                answer.onError(io.grpc.Status.fromCodeValue(request.getCode())
                        .withDescription("late")
                        .asRuntimeException());
            }
        }
    }

    private String serve(String name, BindableService... more) throws IOException {
        NettyServerBuilder builder = NettyServerBuilder.forAddress(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new Messaging(name));
        Stream.of(more).forEach(builder::addService);
        Server server = builder.build().start();
        servers.add(server);
        return "127.0.0.1:" + server.getPort();
    }

    private Path descriptors() throws IOException {
        Path file = folder.resolve("service.desc");
        Files.write(
                file,
                FileDescriptorSet.newBuilder()
                        .addFile(TranscodingProto.getDescriptor().toProto())
                        .build()
                        .toByteArray());
        return file;
    }

    private Path config(String source, List<String> addresses) throws IOException {
        Path file = folder.resolve("gateway.yaml");
        Files.writeString(file, """
                services:
                  svc:
                    protocol: h2c
                    %s
                    instances: [%s]
                routes:
                - {name: r, path: /, service: svc, transcode: true, deadline: 20s, attempt-timeout: 10s}
                """.formatted(
                        source, addresses.stream().map(one -> '"' + one + '"').collect(Collectors.joining(", "))));
        return file;
    }

    private GatewayFixture described(String... addresses) throws IOException, ConfigException {
        return GatewayFixture.of(config("descriptors: " + descriptors(), List.of(addresses)));
    }

    private HttpResponse<String> send(GatewayFixture gateway, String method, String target, String body)
            throws IOException, InterruptedException {
        return http.send(
                HttpRequest.newBuilder(URI.create(
                                "http://127.0.0.1:" + gateway.gateway().port() + target))
                        .method(method, HttpRequest.BodyPublishers.ofString(body))
                        .header("Content-Type", "application/json")
                        .timeout(Duration.ofSeconds(30))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static String type(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Type").orElse("");
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return GatewayFixture.JSON.readTree(response.body());
    }

    @Test
    void unary_call_is_made_and_logged() throws Exception {
        try (var gateway = described(serve("one"))) {
            HttpResponse<String> response = send(gateway, "GET", "/v2/messages/7?revision=2", "");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(type(response)).isEqualTo("application/json");
            assertThat(response.body()).isEqualTo("{\"messageId\":\"7\",\"text\":\"one\"}");
            assertThat(gateway.logLine())
                    .contains("method=GET", "grpc_method=transcoding.Messaging/GetMessage grpc_status=OK");
            assertThat(send(gateway, "PUT", "/v4/messages/8", "{\"text\":\"é\"}")
                            .body())
                    .isEqualTo("{\"messageId\":\"8\",\"text\":\"é\"}");
        }
    }

    @Test
    void json_comes_over_http_2_too_and_a_grpc_call_takes_the_same_route() throws Exception {
        try (var gateway = described(serve("one"))) {
            int port = gateway.gateway().port();
            var client = new OkHttpClient.Builder()
                    .protocols(List.of(Protocol.H2_PRIOR_KNOWLEDGE))
                    .build();
            try (Response response = client.newCall(new Request.Builder()
                            .url("http://127.0.0.1:" + port + "/v4/messages/8")
                            .put(RequestBody.create("{\"text\":\"x\"}", MediaType.get("application/json")))
                            .build())
                    .execute()) {
                assertThat(response.protocol()).isEqualTo(Protocol.H2_PRIOR_KNOWLEDGE);
                assertThat(response.body().string()).isEqualTo("{\"messageId\":\"8\",\"text\":\"x\"}");
            } finally {
                client.connectionPool().evictAll();
            }
            ManagedChannel channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .usePlaintext()
                    .build();
            try {
                Message answer = MessagingGrpc.newBlockingStub(channel)
                        .getMessage(
                                GetMessageRequest.newBuilder().setMessageId("7").build());
                assertThat(answer.getText()).isEqualTo("one");
            } finally {
                channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
            }
        }
    }

    @Test
    void body_larger_than_what_is_kept_for_a_retry_passes() throws Exception {
        try (var gateway = described(serve("one"))) {
            String text = "x".repeat(300_000);
            HttpResponse<String> response = send(gateway, "PUT", "/v4/messages/8", "{\"text\":\"" + text + "\"}");
            assertThat(response.statusCode()).isEqualTo(200);
            assertThat(json(response).path("text").asText()).isEqualTo(text);
            assertThat(send(gateway, "PUT", "/v4/messages/8", "{\"text\":\"" + text.repeat(5) + "\"}")
                            .statusCode())
                    .isEqualTo(413);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Code.class,
            mode = EnumSource.Mode.INCLUDE,
            names = {"INVALID_ARGUMENT", "NOT_FOUND", "RESOURCE_EXHAUSTED", "UNAUTHENTICATED", "INTERNAL"})
    void error_is_a_problem_with_its_code_and_details(Code code) throws Exception {
        try (var gateway = described(serve("one"))) {
            HttpResponse<String> response =
                    send(gateway, "GET", "/v7/fail?code=" + code.getNumber() + "&message=100%25+bad", "");
            assertThat(type(response)).isEqualTo("application/problem+json");
            JsonNode problem = json(response);
            assertThat(problem.path("status").asInt()).isEqualTo(response.statusCode());
            assertThat(response.statusCode())
                    .isEqualTo(dev.stringsvc.gateway.http.GrpcStatus.valueOf(code.name())
                            .httpStatus());
            assertThat(problem.path("code").asText()).isEqualTo(code.name());
            assertThat(problem.path("detail").asText()).isEqualTo("100% bad");
            assertThat(problem.at("/details/0/reason").asText()).isEqualTo("BROKEN");
            assertThat(problem.path("request_id").asText()).isNotEmpty();
        }
    }

    @Test
    void stream_is_one_line_a_message_and_each_comes_at_once() throws Exception {
        try (var gateway = described(serve("one"))) {
            HttpResponse<java.io.InputStream> response = http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                    + gateway.gateway().port() + "/v7/watch?messages=2&message=wait"))
                            .build(),
                    HttpResponse.BodyHandlers.ofInputStream());
            assertThat(type(response)).isEqualTo("application/x-ndjson");
            try (var lines = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
                assertThat(lines.readLine()).isEqualTo("{\"text\":\"m0\"}");
                assertThat(lines.readLine()).isEqualTo("{\"text\":\"m1\"}");
                goOn.countDown();
                assertThat(lines.readLine()).isNull();
            }
        }
    }

    @Test
    void stream_that_fails_ends_with_a_line_that_says_so() throws Exception {
        try (var gateway = described(serve("one"))) {
            List<String> lines = send(gateway, "GET", "/v7/watch?messages=1&code=9", "")
                    .body()
                    .lines()
                    .toList();
            assertThat(lines).hasSize(2);
            JsonNode error = GatewayFixture.JSON.readTree(lines.getLast()).path("error");
            assertThat(error.path("code").asText()).isEqualTo("FAILED_PRECONDITION");
            assertThat(error.path("detail").asText()).isEqualTo("late");
            HttpResponse<String> none = send(gateway, "GET", "/v7/watch?code=9", "");
            assertThat(none.statusCode()).isEqualTo(400);
            assertThat(type(none)).isEqualTo("application/problem+json");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /v9/none 404",
                "GET /v2/messages/1?other=1 400",
                "POST /v7/upload 501",
                "GET /v2/messages/1?revision=x 400"
            })
    void what_is_no_call_is_a_problem(String row) throws Exception {
        String[] words = row.split(" ", -1);
        try (var gateway = described(serve("one"))) {
            HttpResponse<String> response = send(gateway, words[0], words[1], "");
            assertThat(response.statusCode()).isEqualTo(Integer.parseInt(words[2]));
            assertThat(type(response)).isEqualTo("application/problem+json");
            assertThat(json(response).path("code").asText()).isNotEmpty();
        }
    }

    @Test
    void what_a_client_says_of_grpc_does_not_reach_the_instance() throws Exception {
        try (var gateway = described(serve("one"))) {
            for (int i = 0; i < 10; i++) {
                HttpResponse<String> response = http.send(
                        HttpRequest.newBuilder(URI.create(
                                        "http://127.0.0.1:" + gateway.gateway().port() + "/v2/messages/1"))
                                .header("grpc-accept-encoding", "gzip")
                                .header("grpc-timeout", "1n")
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(response.statusCode()).isEqualTo(200);
            }
        }
    }

    @Test
    void answer_that_is_too_long_is_no_failure_of_the_instance() throws Exception {
        try (var gateway = described(serve("one"), serve("two"))) {
            for (int i = 0; i < 12; i++) {
                HttpResponse<String> response = send(gateway, "GET", "/v7/large", "");
                assertThat(response.statusCode()).isEqualTo(500);
                assertThat(json(response).path("detail").asText()).contains("longer than");
            }
            assertThat(gateway.upstreams().findValuesAsText("state")).doesNotContain("ejected");
        }
    }

    @Test
    void a_list_of_many_numbers_takes_no_more_memory_than_there_is() throws Exception {
        try (var gateway = described(serve("one"))) {
            String numbers = "{\"anything\":{\"a\":[" + "0,".repeat(250_000) + "0]}}";
            assertThat(send(gateway, "POST", "/v6/all", numbers).statusCode()).isIn(200, 503, 500);
            assertThat(send(gateway, "GET", "/v2/messages/7", "").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void verb_that_no_binding_takes_is_not_allowed() throws Exception {
        try (var gateway = described(serve("one"))) {
            HttpResponse<String> response = send(gateway, "DELETE", "/v2/messages/1", "");
            assertThat(response.statusCode()).isEqualTo(405);
            assertThat(response.headers().firstValue("Allow")).contains("GET");
        }
    }

    @SuppressWarnings("deprecation") // v1alpha is
    @ParameterizedTest
    @ValueSource(strings = {"v1", "v1alpha"})
    void instances_describe_their_methods(String version) throws Exception {
        BindableService reflection =
                version.equals("v1") ? ProtoReflectionServiceV1.newInstance() : ProtoReflectionService.newInstance();
        try (var gateway = GatewayFixture.of(config("reflection: true", List.of(serve("one", reflection))))) {
            assertThat(send(gateway, "GET", "/v2/messages/7", "").body())
                    .isEqualTo("{\"messageId\":\"7\",\"text\":\"one\"}");
        }
    }

    @Test
    void without_a_description_it_is_unavailable_until_there_is_one() throws Exception {
        try (var gateway = GatewayFixture.of(config("reflection: true", List.of(serve("mute"))))) {
            HttpResponse<String> response = send(gateway, "GET", "/v2/messages/7", "");
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.headers().firstValue("Retry-After")).isPresent();
            assertThat(json(response).path("detail").asText())
                    .isEqualTo("The gateway does not know the service's methods yet.");
        }
    }

    @Test
    void a_killed_instance_costs_no_call_that_it_had_not_taken() throws Exception {
        String one = serve("one");
        String two = serve("two");
        try (var gateway = described(one, two)) {
            assertThat(send(gateway, "GET", "/v2/messages/1", "").statusCode()).isEqualTo(200);
            servers.getFirst().shutdownNow().awaitTermination();
            for (int i = 0; i < 10; i++) {
                assertThat(send(gateway, "GET", "/v2/messages/1", "").body()).contains("two");
            }
        }
    }

    @Test
    void an_instance_that_comes_is_asked_for_its_methods_again() throws Exception {
        String one = serve("one", ProtoReflectionServiceV1.newInstance());
        Path file = config("reflection: true", List.of(one));
        try (var gateway = GatewayFixture.of(file)) {
            assertThat(send(gateway, "GET", "/v2/messages/1", "").statusCode()).isEqualTo(200);
            config("reflection: true", List.of(serve("two", ProtoReflectionServiceV1.newInstance())));
            gateway.gateway().reload();
            await().untilAsserted(() -> assertThat(
                            send(gateway, "GET", "/v2/messages/1", "").body())
                    .contains("two"));
        }
    }
}
