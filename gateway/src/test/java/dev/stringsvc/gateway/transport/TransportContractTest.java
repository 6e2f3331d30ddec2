package dev.stringsvc.gateway.transport;

import static dev.stringsvc.gateway.transport.TransportFixture.LONG;
import static dev.stringsvc.gateway.transport.TransportFixture.buffered;
import static dev.stringsvc.gateway.transport.TransportFixture.get;
import static dev.stringsvc.gateway.transport.TransportFixture.post;
import static dev.stringsvc.gateway.transport.TransportFixture.request;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.Caller;
import dev.stringsvc.gateway.http.Cancellation;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.http.UpstreamSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.awaitility.core.ConditionFactory;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What every transport does, whatever its protocol.
@Timeout(60)
class TransportContractTest {
    private static final TestCertificate CERTIFICATE = TestCertificate.of("ip:127.0.0.1", "EC");
    private static final SSLContext TLS = context();
    private static final Duration SHORT = Duration.ofMillis(700);
    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n";
    private static final int SOME = 200_000;
    private static final int LARGE = 5_000_000;

    @Target(ElementType.METHOD)
    @Retention(RetentionPolicy.RUNTIME)
    @ParameterizedTest(name = "{0}")
    @MethodSource("dev.stringsvc.gateway.transport.TransportContractTest#links")
    @interface OverEachLink {}

    static Stream<Named<Protocol>> links() throws GeneralSecurityException {
        var trusted = Optional.of(CERTIFICATE.trusted());
        return Stream.of(
                Named.of("http", new Protocol.Http()),
                Named.of("https", new Protocol.Https(trusted, Optional.empty())),
                Named.of("h2c", new Protocol.H2c()),
                Named.of("h2", new Protocol.H2(trusted, Optional.empty())));
    }

    private static SSLContext context() {
        try {
            return CERTIFICATE.context();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @OverEachLink
    void get_is_answered_by_the_links_protocol(Protocol link) throws Exception {
        try (var fixture = new Fixture(link, (request, response) -> {
            assertThat(request.getMethod()).isEqualTo("GET");
            assertThat(request.getLength()).isLessThanOrEqualTo(0);
            response.getHeaders().add("X-Over", request.getConnectionMetaData().getProtocol());
            write(response, request.getHttpURI().getPathQuery() + " secure=" + request.isSecure());
        })) {
            var get = new UpstreamRequest("GET", "/a%20b", "q=1", new HeaderFields(), new Body.None());
            try (UpstreamResponse response = fixture.respond(get)) {
                assertThat(response.status()).isEqualTo(200);
                assertThat(text(response)).isEqualTo("/a%20b?q=1 secure=" + isTls(link));
                String protocol = isHttp2(link) ? "HTTP/2.0" : "HTTP/1.1";
                assertThat(response.header("X-Over")).isEqualTo(protocol);
                assertThat(response.protocol()).isEqualTo(protocol);
            }
        }
    }

    @OverEachLink
    void body_arrives(Protocol link) throws Exception {
        try (var fixture = new Fixture(link, TransportContractTest::echo)) {
            try (UpstreamResponse response = fixture.respond(post(buffered("hello")))) {
                assertThat(text(response)).isEqualTo("POST hello");
                assertThat(response.header("X-Length")).isEqualTo("5");
            }
        }
    }

    @OverEachLink
    void get_passes_with_a_body(Protocol link) throws Exception {
        try (var fixture = new Fixture(link, TransportContractTest::echo)) {
            UpstreamRequest get = request("GET", "/_search", new HeaderFields(), buffered("{}"));
            assertThat(fixture.fetch(get)).isEqualTo("GET {}");
        }
    }

    @OverEachLink
    void streamed_body_of_known_length_arrives(Protocol link) throws Exception {
        streamed_body_arrives(link, SOME);
    }

    @OverEachLink
    void streamed_body_of_unknown_length_arrives(Protocol link) throws Exception {
        streamed_body_arrives(link, -1);
    }

    private static void streamed_body_arrives(Protocol link, long length) throws Exception {
        try (var fixture = new Fixture(link, TransportContractTest::echo)) {
            var body = new Body.Streamed(new EndlessBody(SOME), length);
            try (UpstreamResponse response = fixture.respond(post(body))) {
                byte[] answer = bytes(response);
                assertThat(new String(answer, 0, 5, ISO_8859_1)).isEqualTo("POST ");
                assertThat(Arrays.copyOfRange(answer, 5, answer.length))
                        .isEqualTo(new EndlessBody(SOME).readAllBytes());
                assertThat(response.header("X-Length")).isEqualTo(Long.toString(length));
            }
        }
    }

    @OverEachLink
    void repeated_fields_keep_their_order_both_ways(Protocol link) throws Exception {
        try (var fixture = new Fixture(link, (request, response) -> {
            request.getHeaders()
                    .getValuesList("X-Many")
                    .forEach(one -> response.getHeaders().add("X-Back", one));
            write(response, "ok");
        })) {
            var headers = new HeaderFields()
                    .add("X-Many", "one")
                    .add("X-Other", "other")
                    .add("X-Many", "two")
                    .add("X-Many", "one");
            try (UpstreamResponse response = fixture.respond(get(headers))) {
                var back = new HeaderFields();
                response.forEachHeader(back::add);
                assertThat(back.all("X-Back")).containsExactly("one", "two", "one");
                assertThat(text(response)).isEqualTo("ok");
            }
        }
    }

    @OverEachLink
    void trailers_pass_both_ways(Protocol link) throws Exception {
        try (var fixture = new Fixture(link, (request, response) -> {
            byte[] body = read(request);
            @Nullable HttpFields trailers = request.getTrailers();
            response.setTrailersSupplier(() -> HttpFields.build()
                    .add("X-Back", trailers == null ? "none" : String.join(",", trailers.getValuesList("X-Sum")))
                    .add("X-Last", "last"));
            Content.Sink.write(response, false, ByteBuffer.wrap(body));
        })) {
            var trailers = new HeaderFields().add("X-Sum", "12").add("X-Sum", "34");
            var streamed = new Body.Streamed(new EndlessBody(SOME), -1, 0, () -> trailers);
            for (Body body : List.of(new Body.Buffered(new EndlessBody(SOME).readAllBytes(), trailers), streamed)) {
                try (UpstreamResponse response = fixture.respond(post(body))) {
                    assertThat(bytes(response)).hasSize(SOME);
                    var back = new ArrayList<String>();
                    response.forEachTrailer((name, value) -> back.add(name.toLowerCase(Locale.ROOT) + "=" + value));
                    assertThat(back).containsExactly("x-back=12,34", "x-last=last");
                }
            }
        }
    }

    @OverEachLink
    void interim_answer_reaches_the_caller(Protocol link) throws Exception {
        var heard = new ArrayList<String>();
        Caller caller = new Caller() {
            @Override
            public boolean hasLeft() {
                return false;
            }

            @Override
            public void interim(int status, HeaderFields headers) {
                heard.add(status + " " + headers.all("Link"));
            }
        };
        try (var fixture = new Fixture(link, (request, response) -> {
            response.writeInterim(
                            103, HttpFields.build().add("Link", "</a.css>").add("Link", "</b.css>"))
                    .get();
            write(response, "ok");
        })) {
            assertThat(fixture.fetch(get("/").askedBy(caller))).isEqualTo("ok");
            assertThat(heard).containsExactly("103 [</a.css>, </b.css>]");
        }
    }

    @OverEachLink
    void large_answer_is_whole(Protocol link) throws Exception {
        try (var fixture = new Fixture(link, (request, response) -> {
            if (request.getHttpURI().getPath().equals("/known")) {
                response.getHeaders().put("Content-Length", LARGE);
            }
            new EndlessBody(LARGE).transferTo(Content.Sink.asOutputStream(response));
        })) {
            for (String path : List.of("/known", "/unknown")) {
                try (UpstreamResponse response = fixture.respond(get(path))) {
                    assertThat(bytes(response)).isEqualTo(new EndlessBody(LARGE).readAllBytes());
                }
            }
        }
    }

    @OverEachLink
    void answer_before_the_body_is_sent_is_an_answer(Protocol link) throws Exception {
        var read = new CountDownLatch(1);
        try (var fixture = new Fixture(link, (request, response) -> {
            response.setStatus(413);
            write(response, "too much");
            read.await();
        })) {
            var body = new Body.Streamed(new EndlessBody(64 << 20), 64 << 20);
            try (UpstreamResponse response = fixture.respond(post(body))) {
                assertThat(response.status()).isEqualTo(413);
                assertThat(text(response)).isEqualTo("too much");
            } finally {
                read.countDown();
            }
        }
    }

    @OverEachLink
    void piece_is_answered_before_the_request_has_ended(Protocol link) throws Exception {
        var client = new PipedOutputStream();
        try (var fixture = new Fixture(link, (request, response) -> {
            InputStream in = Content.Source.asInputStream(request);
            var piece = new byte[100];
            for (int n; (n = in.read(piece)) >= 0; ) {
                Content.Sink.write(response, false, ByteBuffer.wrap(piece, 0, n));
            }
        })) {
            var body = new Body.Streamed(new PipedInputStream(client), -1);
            send(client, "one");
            try (UpstreamResponse response = fixture.respond(post(body));
                    var answer = new PipedInputStream();
                    var out = new PipedOutputStream(answer)) {
                var copied = new CompletableFuture<@Nullable Void>();
                Thread.startVirtualThread(() -> {
                    try (out) {
                        response.copyBodyTo(out);
                        copied.complete(null);
                    } catch (IOException e) {
                        copied.completeExceptionally(e);
                    }
                });
                assertThat(answer.readNBytes(3)).asString().isEqualTo("one");
                send(client, "two");
                assertThat(answer.readNBytes(3)).asString().isEqualTo("two");
                client.close();
                assertThat(answer.readAllBytes()).isEmpty();
                copied.get(10, TimeUnit.SECONDS);
            }
        }
    }

    @OverEachLink
    void client_that_leaves_is_no_fault_of_the_instance(Protocol link) throws Exception {
        var left = new CountDownLatch(1);
        abandoned_attempt_ends(link, post(new Body.None()).askedBy(() -> left.getCount() == 0), left::countDown);
    }

    @OverEachLink
    void cancelled_attempt_is_no_fault_of_the_instance(Protocol link) throws Exception {
        var cancellation = new Cancellation();
        abandoned_attempt_ends(link, post(new Body.None()).cancelledBy(cancellation), cancellation::cancel);
    }

    /// The attempt is abandoned while the instance has a part of the body and waits for the rest.
    private static void abandoned_attempt_ends(Protocol link, UpstreamRequest request, Runnable abandon)
            throws Exception {
        var arrived = new CountDownLatch(1);
        try (var client = new PipedOutputStream();
                var fixture = new Fixture(link, (received, response) -> {
                    InputStream in = Content.Source.asInputStream(received);
                    assertThat(in.readNBytes(new byte[5], 0, 5)).isEqualTo(5);
                    arrived.countDown();
                    in.readAllBytes();
                })) {
            var body = new Body.Streamed(new PipedInputStream(client), 10);
            var attempt = new CompletableFuture<AttemptResult>();
            UpstreamRequest streamed = withBody(request, body);
            Thread.startVirtualThread(() -> attempt.complete(fixture.execute(streamed, LONG)));
            send(client, "12345");
            assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();
            abandon.run();
            assertThat(attempt.get(10, TimeUnit.SECONDS)).isInstanceOf(AttemptResult.ClientFault.class);
            awaiting().until(() -> fixture.instance.failures().size() == 1);
        }
    }

    @OverEachLink
    void no_answer_in_time_times_out(Protocol link) throws Exception {
        var over = new CountDownLatch(1);
        try (var fixture = new Fixture(link, (request, response) -> {
            if (request.getHttpURI().getPath().equals("/slow")) {
                over.await();
            }
            write(response, "ok");
        })) {
            fixture.fetch(get("/")); // so that the connection is open already
            try {
                assertThat(fixture.execute(get("/slow"), SHORT))
                        .isInstanceOfSatisfying(
                                AttemptResult.TimedOut.class,
                                result -> assertThat(result.after()).isEqualTo(SHORT));
            } finally {
                over.countDown();
            }
            assertThat(fixture.fetch(get("/"))).isEqualTo("ok");
        }
    }

    @OverEachLink
    void refused_connection_is_not_sent(Protocol link) throws Exception {
        try (var fixture = new Fixture(link, TransportContractTest::echo)) {
            fixture.instance.close();
            assertThat(fixture.execute(post(buffered("x")), LONG))
                    .isInstanceOfSatisfying(
                            AttemptResult.NotSent.class,
                            result -> assertThat(result.asked()).isTrue());
        }
    }

    @OverEachLink
    void address_that_is_refused_is_not_connected_to_whatever_name_leads_there(Protocol link) throws Exception {
        AddressCheck nowhere = (address, port) -> address.getHostAddress() + " is refused";
        try (var fixture = new Fixture(link, TransportContractTest::echo);
                Transport transport =
                        fixture.transports.speaking(link, nowhere).open("localhost", fixture.instance.port())) {
            assertThat(transport.execute(post(buffered("x")), LONG))
                    .isInstanceOfSatisfying(
                            AttemptResult.NotSent.class,
                            result -> assertThat(result.description())
                                    .startsWith("not reached: ")
                                    .endsWith(" is refused"));
        }
    }

    @OverEachLink
    void connection_is_used_again(Protocol link) throws Exception {
        try (var fixture = new Fixture(link, TransportContractTest::echo)) {
            for (int i = 0; i < 3; i++) {
                assertThat(fixture.fetch(get("/"))).isEqualTo("GET ");
                assertThat(fixture.fetch(post(buffered("x")))).isEqualTo("POST x");
                fixture.fetch(post(new Body.Streamed(new EndlessBody(SOME), SOME)));
                fixture.fetch(post(new Body.Streamed(new EndlessBody(SOME), -1)));
            }
            assertThat(fixture.instance.connections()).isOne();
        }
    }

    @OverEachLink
    void answer_without_a_body_leaves_the_connection_usable(Protocol link) throws Exception {
        try (var fixture = new Fixture(link, (request, response) -> {
            int status = Integer.parseInt(request.getHttpURI().getPath().substring(1));
            response.setStatus(status);
            if (status != 204) {
                response.getHeaders().put("Content-Length", 5);
            }
            if (status == 200) {
                write(response, "hello");
            }
        })) {
            for (var request :
                    List.of(get("/204"), get("/304"), request("HEAD", "/200", new HeaderFields(), new Body.None()))) {
                try (UpstreamResponse response = fixture.respond(request)) {
                    assertThat("/" + response.status()).isEqualTo(request.path());
                    assertThat(bytes(response)).isEmpty();
                }
            }
            assertThat(fixture.fetch(get("/200"))).isEqualTo("hello");
            assertThat(fixture.instance.connections()).isOne();
        }
    }

    @OverEachLink
    void closed_transport_leaves_nothing_open_but_what_is_in_flight(Protocol link) throws Exception {
        var closed = new CountDownLatch(1);
        try (var fixture = new Fixture(link, (request, response) -> {
            Content.Sink.write(response, false, ByteBuffer.wrap("first ".getBytes(ISO_8859_1)));
            closed.await();
            write(response, "last");
        })) {
            try (UpstreamResponse response = fixture.respond(get("/"))) {
                fixture.transport.close();
                assertThat(fixture.instance.openConnections()).isOne();
                closed.countDown();
                assertThat(text(response)).isEqualTo("first last");
            } finally {
                closed.countDown();
            }
            fixture.awaitNoConnections();
        }
    }

    @OverEachLink
    void upgrade_goes_by_http1_and_carries_bytes_both_ways(Protocol link) throws Exception {
        ServerSocketFactory sockets = isTls(link) ? TLS.getServerSocketFactory() : ServerSocketFactory.getDefault();
        try (ServerSocket server = sockets.createServerSocket(0, 10, InetAddress.getLoopbackAddress());
                var transports = new Transports(LONG, TransportFixture.PAUSES);
                Transport transport = transports.speaking(link).open("127.0.0.1", server.getLocalPort())) {
            var asked = new CompletableFuture<@Nullable HttpMessage>();
            var ended = new CompletableFuture<@Nullable Void>();
            Thread.startVirtualThread(() -> {
                try (Socket socket = server.accept()) {
                    asked.complete(HttpMessage.readRequest(socket.getInputStream()));
                    socket.getOutputStream().write(SWITCHED.getBytes(ISO_8859_1));
                    socket.getInputStream().transferTo(socket.getOutputStream());
                    ended.complete(null);
                } catch (IOException e) {
                    asked.completeExceptionally(e);
                    ended.completeExceptionally(e);
                }
            });
            var headers = new HeaderFields().add("Connection", "Upgrade").add("Upgrade", "echo");
            var request = new UpstreamRequest(
                    "GET", "/ws", null, headers, new Body.None(), null, true, false, Caller.PATIENT, null);
            AttemptResult result = transport.execute(request, LONG);
            assertThat(result).isInstanceOf(AttemptResult.Responded.class);
            try (UpstreamResponse response = ((AttemptResult.Responded) result).response()) {
                assertThat(response.status()).isEqualTo(101);
                assertThat(asked.get()).satisfies(one -> assertThat(one.head()).startsWith("GET /ws HTTP/1.1"));
                UpstreamSocket socket = Objects.requireNonNull(response.socket());
                socket.write("ping".getBytes(ISO_8859_1), 0, 4);
                var back = new byte[4];
                for (int at = 0; at < back.length; ) {
                    var piece = new byte[back.length - at];
                    int n = socket.read(piece);
                    assertThat(n).isPositive();
                    System.arraycopy(piece, 0, back, at, n);
                    at += n;
                }
                assertThat(back).asString().isEqualTo("ping");
                socket.end();
                ended.get(10, TimeUnit.SECONDS);
                assertThat(socket.read(new byte[1])).isEqualTo(-1);
            }
        }
    }

    private static boolean isTls(Protocol link) {
        return switch (link) {
            case Protocol.Http() -> false;
            case Protocol.H2c() -> false;
            case Protocol.Https _ -> true;
            case Protocol.H2 _ -> true;
        };
    }

    private static boolean isHttp2(Protocol link) {
        return switch (link) {
            case Protocol.Http() -> false;
            case Protocol.Https _ -> false;
            case Protocol.H2c() -> true;
            case Protocol.H2 _ -> true;
        };
    }

    /// Answers with the method, the body, and the Content-Length of the request.
    private static void echo(Request request, Response response) throws IOException {
        response.getHeaders().put("X-Length", Long.toString(request.getLength()));
        var answer = new ByteArrayOutputStream();
        answer.writeBytes((request.getMethod() + " ").getBytes(ISO_8859_1));
        answer.writeBytes(read(request));
        Content.Sink.write(response, true, ByteBuffer.wrap(answer.toByteArray()));
    }

    private static byte[] read(Request request) throws IOException {
        return Content.Source.asInputStream(request).readAllBytes();
    }

    private static void write(Response response, String text) throws IOException {
        Content.Sink.write(response, true, ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
    }

    private static void send(PipedOutputStream client, String piece) throws IOException {
        client.write(piece.getBytes(ISO_8859_1));
        client.flush();
    }

    private static UpstreamRequest withBody(UpstreamRequest request, Body body) {
        return new UpstreamRequest(
                request.method(),
                request.path(),
                request.query(),
                request.headers(),
                body,
                request.client(),
                request.upgrade(),
                request.headHeld(),
                request.caller(),
                request.cancellation());
    }

    private static String text(UpstreamResponse response) throws IOException {
        return TransportFixture.body(response);
    }

    private static byte[] bytes(UpstreamResponse response) throws IOException {
        var out = new ByteArrayOutputStream();
        response.copyBodyTo(out);
        return out.toByteArray();
    }

    private static ConditionFactory awaiting() {
        return await().pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5))
                .atMost(Duration.ofSeconds(10));
    }

    /// A transport to an instance. Closing it asserts that no connection is left open.
    private static final class Fixture implements AutoCloseable {
        private final JettyInstance instance;
        private final Transports transports = new Transports(Duration.ofSeconds(5), TransportFixture.PAUSES);
        private final Transport transport;

        Fixture(Protocol link, JettyInstance.Script script) throws Exception {
            this.instance = new JettyInstance(link, TLS, script);
            this.transport = transports.speaking(link).open("127.0.0.1", instance.port());
        }

        AttemptResult execute(UpstreamRequest request, Duration timeout) {
            return transport.execute(request, timeout);
        }

        UpstreamResponse respond(UpstreamRequest request) {
            AttemptResult result = execute(request, LONG);
            assertThat(result).isInstanceOf(AttemptResult.Responded.class);
            return ((AttemptResult.Responded) result).response();
        }

        String fetch(UpstreamRequest request) throws IOException {
            try (UpstreamResponse response = respond(request)) {
                return text(response);
            }
        }

        void awaitNoConnections() {
            awaiting()
                    .untilAsserted(() -> assertThat(instance.openConnections())
                            .as("connections that the transport left open")
                            .isZero());
        }

        @Override
        public void close() {
            try {
                transport.close();
                awaitNoConnections();
            } finally {
                transports.close();
                instance.close();
            }
        }
    }
}
