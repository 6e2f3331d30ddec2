package dev.stringsvc.gateway.transport.h2;

import static dev.stringsvc.gateway.transport.h2.Http2Fixture.buffered;
import static dev.stringsvc.gateway.transport.h2.Http2Fixture.get;
import static dev.stringsvc.gateway.transport.h2.Http2Fixture.post;
import static dev.stringsvc.gateway.transport.h2.Http2Fixture.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.http.AbandonedException;
import dev.stringsvc.gateway.http.Body;
import dev.stringsvc.gateway.http.Caller;
import dev.stringsvc.gateway.http.Cancellation;
import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.StreamResetException;
import dev.stringsvc.gateway.http.UpstreamBrokenException;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.transport.AttemptResult;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.MetaData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Http2TransportTest {
    private static final Duration SHORT = Duration.ofMillis(700);
    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;
    private static final int MAX_CONCURRENT_STREAMS = 3;

    @Test
    void request_and_answer_pass_with_trailers_both_ways() throws IOException {
        var heads = new ArrayList<MetaData>();
        try (var fixture = Http2Fixture.to(peer -> {
            heads.add(peer.await(Http2Frame.HEADERS).head());
            assertThat(peer.await(Http2Frame.DATA).text()).isEqualTo("abc");
            heads.add(peer.await(Http2Frame.HEADERS).head());
            peer.head(1, "201", false, "x-a", "D\u00fcsseldorf");
            peer.data(1, "hello", false);
            peer.trailers(1, "grpc-status", "0");
            peer.awaitEnd();
        })) {
            var body = new Body.Buffered(
                    "abc".getBytes(StandardCharsets.ISO_8859_1), new HeaderFields().add("X-Sum", "3"));
            var head = new HeaderFields().add("X-Name", "M\u00fcnchen").add("TE", "trailers");
            var asked = new UpstreamRequest("POST", "/a;b", "q=\"<>%", head, body);
            try (UpstreamResponse response = fixture.respond(asked)) {
                assertThat(response.status()).isEqualTo(201);
                assertThat(response.protocol()).isEqualTo("HTTP/2.0");
                assertThat(response.header("X-A")).isEqualTo("D\u00fcsseldorf");
                assertThat(Http2Fixture.body(response)).isEqualTo("hello");
                List<String> trailers = new ArrayList<>();
                response.forEachTrailer((name, value) -> trailers.add(name + "=" + value));
                assertThat(trailers).containsExactly("grpc-status=0");
            }
            var sent = (MetaData.Request) heads.getFirst();
            assertThat(sent.getHttpURI().getPathQuery()).isEqualTo("/a;b?q=\"<>%");
            assertThat(sent.getHttpURI().getAuthority()).startsWith("127.0.0.1:");
            assertThat(sent.getHttpFields().get("x-name")).isEqualTo("M\u00fcnchen");
            assertThat(sent.getHttpFields().get("te")).isEqualTo("trailers");
            assertThat(heads.getLast().getHttpFields().get("x-sum")).isEqualTo("3");
        }
    }

    @Test
    void no_body_overtakes_its_head_where_many_streams_open_at_once() throws Exception {
        Set<Integer> opened = new HashSet<>();
        var overtaken = new AtomicInteger();
        var answered = new AtomicInteger();
        try (var fixture = Http2Fixture.to(peer -> {
                    while (true) {
                        Http2Frame frame = peer.read();
                        if (frame.type() == Http2Frame.HEADERS) {
                            opened.add(frame.stream());
                        } else if (frame.type() == Http2Frame.DATA && !opened.contains(frame.stream())) {
                            overtaken.incrementAndGet();
                        }
                        if (frame.type() == Http2Frame.DATA && frame.endsStream()) {
                            peer.head(frame.stream(), "200", true);
                        }
                    }
                });
                var threads = Executors.newFixedThreadPool(64)) {
            for (int i = 0; i < 3_000; i++) {
                threads.execute(() -> {
                    var body = new Body.Streamed(new ByteArrayInputStream(new byte[] {1}), 1);
                    try (UpstreamResponse response = fixture.respond(post(body))) {
                        answered.addAndGet(response.status() == 200 ? 1 : 0);
                    }
                });
            }
        }
        assertThat(overtaken).hasValue(0);
        assertThat(answered).hasValue(3_000);
    }

    @Test
    void interim_answers_are_heard_before_the_answer() throws IOException {
        var heard = new ArrayList<String>();
        var caller = new Caller() {
            @Override
            public boolean hasLeft() {
                return false;
            }

            @Override
            public void interim(int status, HeaderFields headers) {
                heard.add(status + " " + headers.first("Link"));
            }
        };
        try (var fixture = Http2Fixture.to(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, "103", false, "link", "</a.css>");
            peer.head(1, "103", false, "link", "</b.css>");
            peer.head(1, "200", true);
            peer.awaitEnd();
        })) {
            assertThat(fixture.fetch(get("/").askedBy(caller))).isEmpty();
            assertThat(heard).containsExactly("103 </a.css>", "103 </b.css>");
        }
    }

    @Test
    void get_passes_with_a_body() throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
            assertThat(peer.await(Http2Frame.HEADERS).request().getMethod()).isEqualTo("GET");
            String body = peer.body();
            peer.head(1, "200", false);
            peer.data(1, body, true);
            peer.awaitEnd();
        })) {
            assertThat(fixture.fetch(request("GET", "/_search", buffered("{}"))))
                    .isEqualTo("{}");
        }
    }

    @Test
    void message_is_answered_before_the_request_has_ended() throws Exception {
        var client = new PipedOutputStream();
        var body = new Body.Streamed(new PipedInputStream(client), -1);
        try (var fixture = Http2Fixture.to(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, "200", false);
            for (Http2Frame frame = null; frame == null || !frame.endsStream(); ) {
                frame = peer.await(Http2Frame.DATA);
                peer.data(1, frame.text(), frame.endsStream());
            }
            peer.awaitEnd();
        })) {
            var pieces = new LinkedBlockingQueue<String>();
            try (UpstreamResponse response = fixture.respond(post(body))) {
                var copied = copy(response, pieces);
                for (String message : List.of("one", "two")) {
                    client.write(message.getBytes(StandardCharsets.ISO_8859_1));
                    client.flush();
                    assertThat(pieces.poll(8, TimeUnit.SECONDS)).isEqualTo(message);
                }
                client.close();
                copied.get(8, TimeUnit.SECONDS);
            }
        }
    }

    private static CompletableFuture<Void> copy(UpstreamResponse response, LinkedBlockingQueue<String> pieces) {
        return CompletableFuture.runAsync(() -> {
            try {
                response.copyBodyTo(new OutputStream() {
                    @Override
                    public void write(int b) {
                        throw new AssertionError("byte by byte");
                    }

                    @Override
                    public void write(byte[] bytes, int from, int count) {
                        pieces.add(new String(bytes, from, count, StandardCharsets.ISO_8859_1));
                    }

                    @Override
                    public void flush() {}
                });
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @Test
    void answer_that_comes_before_the_request_has_ended_is_passed_on_at_once_and_the_rest_is_not_sent()
            throws Exception {
        var client = new PipedOutputStream();
        var codes = new CompletableFuture<Integer>();
        try (var fixture = Http2Fixture.to(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, "413", true);
            codes.complete(peer.await(Http2Frame.RST_STREAM).number());
            peer.awaitEnd();
        })) {
            try (UpstreamResponse response =
                    fixture.respond(post(new Body.Streamed(new PipedInputStream(client), 100)))) {
                assertThat(response.status()).isEqualTo(413);
            }
            assertThat(codes.get(8, TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void head_is_there_before_the_body() throws IOException {
        var release = new CountDownLatch(1);
        try (var fixture = Http2Fixture.to(peer -> {
                    peer.await(Http2Frame.HEADERS);
                    peer.head(1, "200", false);
                    release.await();
                    peer.data(1, "late", true);
                    peer.awaitEnd();
                });
                UpstreamResponse response = fixture.respond(get("/"))) {
            release.countDown();
            assertThat(Http2Fixture.body(response)).isEqualTo("late");
        }
    }

    @Test
    void client_flushes_before_each_wait() throws IOException {
        var release = new CountDownLatch(1);
        try (var fixture = Http2Fixture.to(peer -> {
                    peer.await(Http2Frame.HEADERS);
                    peer.head(1, "200", false, "content-length", "4");
                    release.await();
                    peer.data(1, "late", true);
                    peer.awaitEnd();
                });
                UpstreamResponse response = fixture.respond(get("/"))) {
            response.copyBodyTo(new OutputStream() {
                @Override
                public void write(int b) {}

                @Override
                public void flush() {
                    release.countDown();
                }
            });
            assertThat(release.getCount()).isZero();
        }
    }

    @Test
    void refused_stream_is_not_sent() throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.reset(1, REFUSED_STREAM);
            peer.awaitEnd();
        })) {
            assertThat(fixture.execute(post(buffered("x")))).isInstanceOf(AttemptResult.NotSent.class);
        }
    }

    @Test
    void stream_beyond_the_last_of_a_goaway_is_not_sent_and_the_others_finish() throws Exception {
        var both = new CountDownLatch(2);
        try (var fixture = Http2Fixture.to(peer -> {
            var first = peer.await(Http2Frame.HEADERS);
            both.countDown();
            if (first.request().getHttpURI().getPath().equals("/again")) {
                peer.head(1, "200", true);
                peer.awaitEnd();
                return;
            }
            peer.await(Http2Frame.HEADERS);
            both.countDown();
            peer.goAway(1, 0);
            peer.head(1, "200", false);
            peer.data(1, "finished", true);
            peer.awaitEnd();
        })) {
            var results = List.of(fixture.begin(get("/a")), fixture.begin(get("/b")));
            var kinds = new ArrayList<Class<?>>();
            for (var result : results) {
                AttemptResult got = result.get(8, TimeUnit.SECONDS);
                kinds.add(got.getClass());
                if (got instanceof AttemptResult.Responded(var response)) {
                    try (response) {
                        assertThat(Http2Fixture.body(response)).isEqualTo("finished");
                    }
                }
            }
            assertThat(kinds).containsExactlyInAnyOrder(AttemptResult.NotSent.class, AttemptResult.Responded.class);
            assertThat(fixture.fetch(get("/again"))).isEmpty();
            assertThat(fixture.instance().connections()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"099", "600", "101"})
    void answer_with_a_status_that_is_none_may_have_been_sent(String status) throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, status, false);
            peer.awaitEnd();
        })) {
            assertThat(fixture.execute(get("/"))).isInstanceOf(AttemptResult.MaybeSent.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"x y", "X-Upper", "", ":late"})
    void answer_with_a_name_that_is_none_may_have_been_sent(String name) throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, "200", true, name, "1");
            peer.awaitEnd();
        })) {
            assertThat(fixture.execute(get("/"))).isInstanceOf(AttemptResult.MaybeSent.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a\r\nSet-Cookie: evil", "a\0b", "a\nb"})
    void answer_with_a_value_that_ends_lines_may_have_been_sent(String value) throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, "200", true, "x-a", value);
            peer.awaitEnd();
        })) {
            assertThat(fixture.execute(get("/"))).isInstanceOf(AttemptResult.MaybeSent.class);
        }
    }

    @Test
    void reset_within_a_body_breaks_it_and_its_code_is_known() throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
                    peer.await(Http2Frame.HEADERS);
                    peer.head(1, "200", false);
                    peer.data(1, "some", false);
                    peer.reset(1, 11);
                    peer.awaitEnd();
                });
                UpstreamResponse response = fixture.respond(get("/"))) {
            assertThatThrownBy(() -> Http2Fixture.body(response))
                    .isInstanceOf(UpstreamBrokenException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            StreamResetException.class,
                            reset -> assertThat(reset.code()).isEqualTo(11));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"4", "6"})
    void body_that_is_not_as_long_as_its_head_says_is_broken(String length) throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
                    peer.await(Http2Frame.HEADERS);
                    peer.head(1, "200", false, "content-length", length);
                    peer.data(1, "hello", true);
                    peer.awaitEnd();
                });
                UpstreamResponse response = fixture.respond(get("/"))) {
            assertThat(response.header("Content-Length")).isEqualTo(length);
            assertThatThrownBy(() -> Http2Fixture.body(response))
                    .isInstanceOf(UpstreamBrokenException.class)
                    .hasCauseInstanceOf(ProtocolException.class);
        }
    }

    @Test
    void answer_to_head_may_end_with_empty_data_and_keeps_its_length() throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
                    peer.await(Http2Frame.HEADERS);
                    peer.head(1, "200", false, "content-length", "1000");
                    peer.data(1, "", true);
                    peer.awaitEnd();
                });
                UpstreamResponse response = fixture.respond(request("HEAD", "/", new Body.None()))) {
            assertThat(response.header("Content-Length")).isEqualTo("1000");
            assertThat(Http2Fixture.body(response)).isEmpty();
        }
    }

    @Test
    void answer_that_is_closed_before_its_end_is_cancelled() throws Exception {
        var code = new CompletableFuture<Integer>();
        try (var fixture = Http2Fixture.to(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, "200", false);
            code.complete(peer.await(Http2Frame.RST_STREAM).number());
            peer.awaitEnd();
        })) {
            fixture.respond(get("/")).close();
            assertThat(code.get(8, TimeUnit.SECONDS)).isEqualTo(CANCEL);
        }
    }

    @Test
    void silence_times_out_and_cancels_the_stream() throws Exception {
        var code = new CompletableFuture<Integer>();
        try (var fixture = Http2Fixture.to(peer -> {
            code.complete(peer.await(Http2Frame.RST_STREAM).number());
            peer.awaitEnd();
        })) {
            assertThat(fixture.execute(get("/"), SHORT)).isEqualTo(new AttemptResult.TimedOut(SHORT, true));
            assertThat(code.get(8, TimeUnit.SECONDS)).isEqualTo(CANCEL);
        }
    }

    @Test
    void cancelled_attempt_is_no_fault_of_the_instance() throws Exception {
        var asked = new CountDownLatch(1);
        try (var fixture = Http2Fixture.to(peer -> {
            peer.await(Http2Frame.HEADERS);
            asked.countDown();
            peer.awaitEnd();
        })) {
            var cancellation = new Cancellation();
            var result = fixture.begin(get("/").cancelledBy(cancellation));
            assertThat(asked.await(8, TimeUnit.SECONDS)).isTrue();
            cancellation.cancel();
            assertThat(result.get(8, TimeUnit.SECONDS)).isInstanceOf(AttemptResult.ClientFault.class);
        }
    }

    @Test
    void client_that_breaks_off_is_no_fault_of_the_instance() throws Exception {
        try (var fixture = Http2Fixture.to(Http2Peer::awaitEnd)) {
            var broken = new java.io.InputStream() {
                @Override
                public int read() throws IOException {
                    throw new IOException("the client broke off");
                }

                @Override
                public int read(byte[] bytes, int from, int count) throws IOException {
                    return read();
                }
            };
            assertThat(Http2Fixture.causeOf(fixture.execute(post(new Body.Streamed(broken, 10)))))
                    .hasMessage("the client broke off");
        }
    }

    @Test
    void client_that_breaks_off_after_the_answer_has_begun_is_no_fault_of_the_instance() throws Exception {
        var client = new PipedOutputStream();
        var in = new PipedInputStream(client);
        try (var fixture = Http2Fixture.to(peer -> {
                    peer.await(Http2Frame.HEADERS);
                    peer.head(1, "200", false);
                    peer.awaitEnd();
                });
                UpstreamResponse response = fixture.respond(post(new Body.Streamed(in, 10)))) {
            client.close();
            assertThatThrownBy(() -> Http2Fixture.body(response)).isInstanceOf(AbandonedException.class);
        }
    }

    @Test
    void what_speaks_no_http2_has_not_got_the_request() throws IOException {
        try (var fixture = Http2Fixture.toWire(wire -> wire.send("HTTP/1.1 400 Bad Request\r\n\r\n"))) {
            assertThat(fixture.execute(post(buffered("x")))).isInstanceOf(AttemptResult.NotSent.class);
        }
    }

    @Test
    void connection_that_carries_all_that_it_may_is_joined_by_another() throws Exception {
        var asked = new CountDownLatch(3);
        var answer = new CountDownLatch(1);
        try (var fixture = Http2Fixture.to(
                peer -> {
                    peer.await(Http2Frame.HEADERS);
                    asked.countDown();
                    answer.await();
                    peer.head(1, "200", true);
                    peer.awaitEnd();
                },
                MAX_CONCURRENT_STREAMS,
                1)) {
            var results = List.of(fixture.begin(get("/")), fixture.begin(get("/")), fixture.begin(get("/")));
            assertThat(asked.await(8, TimeUnit.SECONDS)).isTrue();
            answer.countDown();
            for (var result : results) {
                assertThat(result.get(8, TimeUnit.SECONDS))
                        .isInstanceOfSatisfying(
                                AttemptResult.Responded.class,
                                got -> got.response().close());
            }
            assertThat(fixture.instance().connections()).isEqualTo(3);
        }
    }

    @Test
    void instance_that_allows_no_streams_has_not_got_the_request() throws IOException {
        try (var fixture = Http2Fixture.to(Http2Peer::awaitEnd, MAX_CONCURRENT_STREAMS, 0)) {
            assertThat(fixture.execute(get("/"))).isInstanceOf(AttemptResult.NotSent.class);
        }
    }

    @Test
    void dead_connection_is_found_by_a_ping() throws IOException {
        try (var fixture = Http2Fixture.to(Duration.ofMillis(200), peer -> {
            peer.ignorePings();
            peer.awaitEnd();
        })) {
            assertThat(fixture.execute(get("/"))).isInstanceOf(AttemptResult.MaybeSent.class);
        }
    }

    @Test
    void dead_connection_that_has_gone_away_is_found_by_a_ping() throws IOException {
        try (var fixture = Http2Fixture.to(Duration.ofMillis(200), peer -> {
            peer.ignorePings();
            peer.await(Http2Frame.HEADERS);
            peer.goAway(1, 0);
            peer.awaitEnd();
        })) {
            assertThat(fixture.execute(get("/"))).isInstanceOf(AttemptResult.MaybeSent.class);
        }
    }

    @Test
    void live_connection_outlasts_its_pings() throws IOException {
        try (var fixture = Http2Fixture.to(Duration.ofMillis(500), peer -> {
            peer.await(Http2Frame.HEADERS);
            for (int i = 0; i < 2; i++) {
                peer.await(Http2Frame.PING);
            }
            peer.head(1, "200", true);
            peer.awaitEnd();
        })) {
            assertThat(fixture.fetch(get("/"))).isEmpty();
        }
    }

    @Test
    void connection_is_used_again() throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
            while (true) {
                peer.head(peer.await(Http2Frame.HEADERS).stream(), "200", true);
            }
        })) {
            for (int i = 0; i < 5; i++) {
                assertThat(fixture.fetch(get("/"))).isEmpty();
            }
            assertThat(fixture.instance().connections()).isOne();
        }
    }

    @Test
    void attempts_beside_each_other_wait_for_one_connection() throws Exception {
        try (var fixture = Http2Fixture.to(peer -> {
            while (true) {
                peer.head(peer.await(Http2Frame.HEADERS).stream(), "200", true);
            }
        })) {
            var results = java.util.stream.Stream.generate(() -> fixture.begin(get("/")))
                    .limit(20)
                    .toList();
            for (var result : results) {
                assertThat(result.get(8, TimeUnit.SECONDS))
                        .isInstanceOfSatisfying(
                                AttemptResult.Responded.class,
                                got -> got.response().close());
            }
            assertThat(fixture.instance().connections()).isOne();
        }
    }

    @Test
    void many_at_once_keep_to_what_the_instance_allows() throws Exception {
        int allowed = 10;
        var most = new java.util.concurrent.atomic.AtomicInteger();
        try (var fixture = Http2Fixture.to(
                peer -> {
                    peer.frame(Http2Frame.WINDOW_UPDATE, 0, 0, new byte[] {0x40, 0, 0, 0});
                    var open = new HashSet<Integer>();
                    while (true) {
                        Http2Frame frame = peer.read();
                        if (frame.type() == Http2Frame.HEADERS) {
                            open.add(frame.stream());
                            most.accumulateAndGet(open.size(), Math::max);
                        }
                        if (frame.endsStream()) {
                            open.remove(frame.stream());
                            peer.head(frame.stream(), "200", false);
                            peer.data(frame.stream(), "ok", true);
                        }
                    }
                },
                MAX_CONCURRENT_STREAMS,
                allowed)) {
            var results = new ArrayList<CompletableFuture<Integer>>();
            for (int i = 0; i < 64; i++) {
                results.add(CompletableFuture.supplyAsync(
                        () -> {
                            int answered = 0;
                            for (int j = 0; j < 100; j++) {
                                try {
                                    answered += fixture.fetch(post(buffered("x".repeat(j * 10))))
                                            .length();
                                } catch (IOException e) {
                                    throw new java.io.UncheckedIOException(e);
                                }
                            }
                            return answered;
                        },
                        Thread::startVirtualThread));
            }
            for (var result : results) {
                assertThat(result.get(15, TimeUnit.SECONDS)).isEqualTo(200);
            }
            assertThat(most.get()).isLessThanOrEqualTo(allowed);
            assertThat(fixture.instance().connections()).isLessThanOrEqualTo(10);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/../b", "/a/%2E./b", "/a b", "/<", "no-slash", "", "/a?b", "/a#b", "/\u00e4"})
    void path_that_would_be_sent_as_another_is_not_sent(String path) throws IOException {
        try (var fixture = Http2Fixture.to(Http2Peer::awaitEnd)) {
            assertThat(fixture.execute(get(path))).isInstanceOf(AttemptResult.Unsendable.class);
            assertThat(fixture.instance().connections()).isZero();
        }
    }

    @Test
    void head_of_costly_bytes_does_not_end_the_connection_for_others() throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
            while (true) {
                peer.head(peer.await(Http2Frame.HEADERS).stream(), "200", true);
            }
        })) {
            assertThat(fixture.fetch(get("/"))).isEmpty();
            for (String costly : List.of("\u00ff", "@", "\\", "a")) {
                for (int length : List.of(8_000, 14_000, 30_000, 62_000)) {
                    var headers = new HeaderFields().add("x-a", costly.repeat(length));
                    var asked = new UpstreamRequest("GET", "/", null, headers, new Body.None());
                    AttemptResult result = fixture.execute(asked);
                    if (result instanceof AttemptResult.Responded(var response)) {
                        response.close();
                    } else {
                        assertThat(result).isInstanceOf(AttemptResult.Unsendable.class);
                    }
                }
            }
            assertThat(fixture.instance().connections()).isOne();
        }
    }

    @Test
    void stream_that_stands_still_holds_up_no_other() throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
                    peer.await(Http2Frame.HEADERS);
                    peer.head(1, "200", false);
                    peer.fillWindow(1);
                    peer.await(Http2Frame.HEADERS);
                    peer.head(3, "200", false);
                    peer.send(3, 5_000_000);
                    peer.awaitEnd();
                });
                UpstreamResponse stalled = fixture.respond(get("/stalled"))) {
            assertThat(stalled.status()).isEqualTo(200);
            assertThat(fixture.fetch(get("/moves"))).hasSize(5_000_000);
        }
    }

    @Test
    void instance_waits_where_no_client_takes_anything() throws Exception {
        int streams = 60;
        var sent = new CompletableFuture<Integer>();
        try (var fixture = Http2Fixture.to(peer -> {
            int all = 0;
            for (int stream = 1; stream < 2 * streams; stream += 2) {
                peer.await(Http2Frame.HEADERS);
                peer.head(stream, "200", false, "content-length", "100000000");
                all += peer.fillWindow(stream);
            }
            sent.complete(all);
            while (true) {
                var frame = peer.read();
                assertThat(frame.type() == Http2Frame.WINDOW_UPDATE && frame.stream() > 0)
                        .isFalse();
            }
        })) {
            var stalled = new ArrayList<UpstreamResponse>();
            for (int i = 0; i < streams; i++) {
                stalled.add(fixture.respond(get("/")));
            }
            assertThat(sent.get(8, TimeUnit.SECONDS)).isEqualTo(streams * ReceiveWindow.FIRST);
            stalled.forEach(UpstreamResponse::close);
        }
    }

    @Test
    void window_of_a_client_that_keeps_up_grows() throws Exception {
        var largest = new CompletableFuture<Integer>();
        try (var fixture = Http2Fixture.to(peer -> {
            peer.await(Http2Frame.HEADERS);
            peer.head(1, "200", false);
            int most = 0;
            for (int sent = 0; sent < 4_000_000; ) {
                most = Math.max(most, peer.window(1));
                int now = Math.min(peer.window(1), 16_000);
                if (now == 0) {
                    peer.read();
                } else {
                    peer.data(1, new byte[now], false);
                    sent += now;
                }
            }
            largest.complete(most);
            peer.data(1, "", true);
            peer.awaitEnd();
        })) {
            assertThat(fixture.fetch(get("/"))).hasSizeGreaterThanOrEqualTo(4_000_000);
            assertThat(largest.get(8, TimeUnit.SECONDS)).isBetween(2 * ReceiveWindow.FIRST, ReceiveWindow.LARGEST);
        }
    }

    @Test
    void heads_of_one_answer_are_bounded_together() throws IOException {
        try (var fixture = Http2Fixture.to(peer -> {
            peer.await(Http2Frame.HEADERS);
            for (int i = 0; i < 10; i++) {
                peer.head(1, "103", false, "link", "x".repeat(10_000));
            }
            peer.awaitEnd();
        })) {
            assertThat(fixture.execute(get("/"))).isInstanceOf(AttemptResult.MaybeSent.class);
        }
    }

    /// What an instance may repeat without end.
    enum Flood {
        LONG_HEAD,
        EMPTY_CONTINUATIONS,
        CONTINUATIONS,
        PINGS,
        SETTINGS,
        WINDOW_UPDATES,
        EMPTY_DATA,
        HEADS_OF_CLOSED_STREAMS;

        void go(Http2Peer peer) throws IOException {
            byte[] filled = new byte[1_000];
            Arrays.fill(filled, (byte) 'x');
            peer.await(Http2Frame.HEADERS);
            switch (this) {
                case LONG_HEAD -> {
                    var block = new java.io.ByteArrayOutputStream();
                    for (int i = 0; i < 15; i++) {
                        Http2Frame.field(block, "x-a", "x".repeat(1_000));
                    }
                    peer.frame(Http2Frame.HEADERS, 0, 1, block.toByteArray());
                    for (int i = 0; i < 4; i++) {
                        peer.frame(Http2Frame.CONTINUATION, 0, 1, block.toByteArray());
                    }
                    peer.frame(Http2Frame.CONTINUATION, Http2Frame.END_OF_HEADERS, 1, block.toByteArray());
                }
                case EMPTY_CONTINUATIONS, CONTINUATIONS -> peer.frame(Http2Frame.HEADERS, 0, 1, new byte[0]);
                case EMPTY_DATA -> peer.head(1, "200", false);
                case HEADS_OF_CLOSED_STREAMS -> peer.head(1, "204", true);
                case PINGS, SETTINGS, WINDOW_UPDATES -> {}
            }
            while (this != LONG_HEAD) {
                switch (this) {
                    case LONG_HEAD -> {}
                    case EMPTY_CONTINUATIONS -> peer.frame(Http2Frame.CONTINUATION, 0, 1, new byte[0]);
                    case CONTINUATIONS -> peer.frame(Http2Frame.CONTINUATION, 0, 1, filled);
                    case PINGS -> peer.frame(Http2Frame.PING, 0, 0, new byte[8]);
                    case SETTINGS -> peer.settings();
                    case WINDOW_UPDATES -> peer.frame(Http2Frame.WINDOW_UPDATE, 0, 0, new byte[] {0, 0, 0, 1});
                    case EMPTY_DATA -> peer.data(1, "", false);
                    case HEADS_OF_CLOSED_STREAMS -> peer.trailers(1, "x-a", "1");
                }
            }
        }
    }

    @ParameterizedTest
    @org.junit.jupiter.params.provider.EnumSource
    void flood_closes_the_connection_and_is_the_instances_fault(Flood flood) throws Exception {
        var over = new CountDownLatch(1);
        try (var fixture = Http2Fixture.to(peer -> {
            try {
                flood.go(peer);
            } catch (IOException e) {
                // the connection is closed, as expected
            }
            peer.awaitEnd();
            over.countDown();
        })) {
            AttemptResult result = fixture.execute(get("/"));
            if (result instanceof AttemptResult.Responded(var response)) {
                try (response) {
                    if (flood == Flood.EMPTY_DATA) {
                        assertThatThrownBy(() -> Http2Fixture.body(response))
                                .isInstanceOf(UpstreamBrokenException.class);
                    }
                    assertThat(over.await(8, TimeUnit.SECONDS)).isTrue();
                }
            } else {
                assertThat(result).isInstanceOf(AttemptResult.MaybeSent.class);
            }
            assertThat(over.await(8, TimeUnit.SECONDS)).isTrue();
        }
    }
}
