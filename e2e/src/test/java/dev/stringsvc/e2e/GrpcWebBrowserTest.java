package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import dev.stringsvc.testkit.Chromium;
import dev.stringsvc.testkit.Tool;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A real browser's page that calls a real gRPC server through the gateway, with the published client of
/// gRPC-Web.
class GrpcWebBrowserTest {
    private static final InetSocketAddress ANY_PORT = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @TempDir
    private Path folder;

    private final Semaphore heard = new Semaphore(0);
    private Server echo;
    private HttpServer files;

    private static final class Text implements MethodDescriptor.Marshaller<String> {
        @Override
        public InputStream stream(String value) {
            return new ByteArrayInputStream(value.getBytes(StandardCharsets.UTF_8));
        }

        @Override
        public String parse(InputStream stream) {
            try {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static MethodDescriptor<String, String> method(String name, MethodType type) {
        return MethodDescriptor.<String, String>newBuilder()
                .setType(type)
                .setFullMethodName("test.Echo/" + name)
                .setRequestMarshaller(new Text())
                .setResponseMarshaller(new Text())
                .build();
    }

    private void unary(String message, StreamObserver<String> answer) {
        if (message.equals("fail")) {
            answer.onError(Status.NOT_FOUND.withDescription("nichts für dich").asRuntimeException());
            return;
        }
        if (message.equals("heard")) {
            heard.release();
        }
        answer.onNext(message);
        answer.onCompleted();
    }

    /// Sends three messages, `one by one` each when the one before it has been heard.
    private void stream(String message, StreamObserver<String> answer) {
        if (message.equals("fail")) {
            answer.onNext("some");
            answer.onError(Status.ABORTED.withDescription("late").asRuntimeException());
            return;
        }
        try {
            for (String text : new String[] {"a", "bb", "cccc"}) {
                answer.onNext(text);
                if (message.equals("one by one") && !heard.tryAcquire(Cluster.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new AssertionError("the page has not heard " + text);
                }
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        answer.onCompleted();
    }

    @BeforeEach
    void start() throws IOException {
        echo = NettyServerBuilder.forAddress(ANY_PORT)
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .addService(ServerServiceDefinition.builder("test.Echo")
                        .addMethod(method("Unary", MethodType.UNARY), ServerCalls.asyncUnaryCall(this::unary))
                        .addMethod(
                                method("Stream", MethodType.SERVER_STREAMING),
                                ServerCalls.asyncServerStreamingCall(this::stream))
                        .build())
                .build()
                .start();
        Path app = Files.createDirectories(folder.resolve("files/app"));
        Files.copy(Cluster.ROOT.resolve("e2e/src/test/resources/grpc-web.html"), app.resolve("page.html"));
        Files.copy(Path.of(Tool.path("grpc-web"), "index.esm.js"), app.resolve("index.esm.js"));
        files = SimpleFileServer.createFileServer(ANY_PORT, folder.resolve("files"), SimpleFileServer.OutputLevel.NONE);
        files.start();
    }

    @AfterEach
    void stop() throws InterruptedException {
        echo.shutdownNow().awaitTermination();
        files.stop(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text", "binary"})
    void page_calls_a_grpc_server(String format) throws Exception {
        Path config = Files.writeString(
                folder.resolve("gateway.yaml"), """
                services:
                  page: {instances: ["127.0.0.1:%d"]}
                  echo: {protocol: h2c, instances: ["127.0.0.1:%d"]}
                routes:
                - {path: /app, service: page}
                - {path: /test.Echo, service: echo, deadline: 30s}
                """.formatted(files.getAddress().getPort(), echo.getPort()));
        try (var gateway = GatewayProcess.start("127.0.0.1:1", Map.of(), "--config", config.toString());
                var chromium = Chromium.start(Files.createDirectory(folder.resolve("profile")));
                var page = chromium.open(gateway.uri("/app/page.html"))) {
            page.await("window.call");
            JsonNode found = new JsonMapper().readTree(page.evaluate("call('" + format + "')"));

            assertThat(found.path("unary").asText()).isEqualTo("grüße €€€€€€€€€€");
            assertThat(found.path("messages")).extracting(JsonNode::asText).containsExactly("a", "bb", "cccc");
            assertThat(found.path("status").path("code").asInt(-1)).isZero();
            assertThat(found.path("error").path("code").asInt()).isEqualTo(5);
            assertThat(found.path("error").path("message").asText()).isEqualTo("nichts für dich");
            assertThat(found.path("late").path("code").asInt()).isEqualTo(10);
            assertThat(found.path("late").path("message").asText()).isEqualTo("late");
            assertThat(found.path("unrouted").path("code").asInt()).isEqualTo(12);
            assertThat(found.path("unrouted").path("message").asText()).isEqualTo("No route takes /other.Echo/Unary.");
            gateway.process().awaitLine("grpc_method=test.Echo/Unary grpc_status=NOT_FOUND");
        }
    }
}
