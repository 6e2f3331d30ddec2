package dev.stringsvc.gateway.transport.h2;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.http.UpstreamBrokenException;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.transport.AttemptResult;
import dev.stringsvc.gateway.transport.FakeInstance;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Whatever frames an instance sends, a request gets its own complete response, or fails before its
/// timeout. `-Dfuzz.seed=N` sends other frames, `-Dfuzz.requests=N` more.
class Http2InstanceFuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 1_000);
    private static final int CLIENTS = 4;
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int PRIORITY = 2;
    private static final int PUSH_PROMISE = 5;
    private static final int UNKNOWN = 0x2a;
    private static final int PADDED = 0x8;
    private static final int MOST_BODY = 12_000; // for all clients together, less than a connection's window

    /// The fault in what an instance sends for one request.
    private enum Fault {
        NONE,
        /// These two may pass or fail.
        DATA_AFTER_THE_END,
        GOAWAY_BEFORE_THE_END,
        /// All the following must fail.
        DATA_BEFORE_THE_HEAD,
        NO_STATUS,
        ODD_STATUS,
        UPPER_CASE_NAME,
        LENGTH_TOO_LONG,
        LENGTH_TOO_SHORT,
        TWO_LENGTHS,
        SECOND_HEAD,
        RESET_STREAM,
        RESET_CONNECTION,
        CLOSED_CONNECTION,
        ODD_BYTES,
        NO_HPACK,
        CONTINUATION_OF_NOTHING,
        HEAD_INTERRUPTED,
        DATA_ON_STREAM_0,
        TOO_MUCH_PADDING,
        PUSH,
        EMPTY_WINDOW_UPDATE,
        WINDOW_OVERFLOW,
        ODD_SETTINGS;

        boolean mayPass() {
            return this == NONE || this == DATA_AFTER_THE_END || this == GOAWAY_BEFORE_THE_END;
        }
    }

    /// A connection. A fault on it may also fail the other requests that it carries.
    private static final class Line {
        private volatile boolean faulty;
    }

    private record Sent(Line line, Fault fault, Answer answer) {}

    private record Answer(int status, String id, String body, List<String> trailers) {}

    private record Seen(Optional<Answer> answer, String why) {}

    private final Map<String, Sent> sent = new ConcurrentHashMap<>();
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    @Test
    void client_sees_what_was_meant_for_it_or_a_failure() throws Exception {
        try (var fixture = Http2Fixture.toWire(this::serve)) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                clients.add(Thread.ofVirtual().start(() -> ask(fixture, client)));
            }
            for (Thread client : clients) {
                client.join();
            }
        }
        var passed = new AtomicInteger();
        Map<Fault, Integer> caught = new EnumMap<>(Fault.class);
        seen.forEach((id, what) -> judge(id, what, passed, caught));
        assertThat(failures).as("with -Dfuzz.seed=%d", SEED).isEmpty();
        assertThat(seen).hasSize(REQUESTS);
        assertThat(passed.get()).as("answers that passed").isGreaterThan(REQUESTS / 2);
        assertThat(caught.keySet()).as("faults that were caught").hasSizeGreaterThan(15);
    }

    private void ask(Http2Fixture fixture, int client) {
        for (int i = client; i < REQUESTS; i += CLIENTS) {
            String id = "id" + i + "z";
            UpstreamRequest request = i % 3 == 0
                    ? Http2Fixture.request("POST", "/" + id, Http2Fixture.buffered(id.repeat(i % 7 + 1)))
                    : Http2Fixture.get("/" + id);
            seen.put(id, seen(fixture.execute(request, PATIENCE)));
        }
    }

    private static Seen seen(AttemptResult result) {
        if (!(result instanceof AttemptResult.Responded(UpstreamResponse response))) {
            return new Seen(Optional.empty(), result.toString());
        }
        try (response) {
            String body = Http2Fixture.body(response);
            List<String> trailers = new ArrayList<>();
            response.forEachTrailer((name, value) -> trailers.add(name + "=" + value));
            String id = String.valueOf(response.header("Y-Id"));
            return new Seen(Optional.of(new Answer(response.status(), id, body, trailers)), "");
        } catch (UpstreamBrokenException e) {
            return new Seen(Optional.empty(), e.toString());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void judge(String id, Seen what, AtomicInteger passed, Map<Fault, Integer> caught) {
        Sent meant = sent.get(id);
        if (what.answer().isPresent()) {
            passed.incrementAndGet();
            if (meant == null
                    || !meant.fault().mayPass()
                    || !meant.answer().equals(what.answer().get())) {
                failures.add(id + ": nobody meant this answer: " + shortened(what) + " of " + shortened(meant));
            }
        } else if (what.why().contains("TimedOut")) {
            failures.add(id + ": only time ended it: " + what.why() + " of " + shortened(meant));
        } else if (meant != null && meant.fault() == Fault.NONE && !meant.line().faulty) {
            failures.add(id + ": a valid answer was lost: " + what.why());
        } else if (meant != null) {
            caught.merge(meant.fault(), 1, Integer::sum);
        }
    }

    private static String shortened(@Nullable Object what) {
        String text = String.valueOf(what);
        return text.substring(0, Math.min(300, text.length()));
    }

    private void serve(FakeInstance.Wire wire) throws IOException {
        var line = new Line();
        var peer = new Http2Peer(wire);
        Map<Integer, String> asked = new HashMap<>();
        while (true) {
            Http2Frame frame = peer.read();
            if (frame.type() == Http2Frame.HEADERS) {
                asked.put(frame.stream(), frame.request().getHttpURI().getPath().substring(1));
            }
            @Nullable String id = frame.endsStream() ? asked.remove(frame.stream()) : null;
            if (id != null && !answer(wire, line, frame.stream(), id)) {
                return;
            }
        }
    }

    /// @return false if the connection is over
    private boolean answer(FakeInstance.Wire wire, Line line, int stream, String id) throws IOException {
        var random = new Random(SEED * 1_000_003 + id.hashCode() * 31L);
        Fault fault =
                random.nextInt(8) > 0 ? Fault.NONE : Fault.values()[1 + random.nextInt(Fault.values().length - 1)];
        var script = new FrameScript(stream, id, fault, random);
        line.faulty |= fault != Fault.NONE;
        sent.put(id, new Sent(line, fault, script.answer()));
        wire.sendInPieces(script.bytes(), random);
        if (fault == Fault.RESET_CONNECTION) {
            wire.reset();
        }
        return fault != Fault.RESET_CONNECTION && fault != Fault.CLOSED_CONNECTION && fault != Fault.ODD_BYTES;
    }

    /// The frames of one response.
    private static final class FrameScript {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final int stream;
        private final Fault fault;
        private final Random random;
        private final Answer answer;

        FrameScript(int stream, String id, Fault fault, Random random) {
            this.stream = stream;
            this.fault = fault;
            this.random = random;
            int status = List.of(200, 201, 404, 500).get(random.nextInt(4));
            String body = id.repeat(random.nextInt(random.nextBoolean() ? 5 : MOST_BODY / id.length()));
            if (body.isEmpty() && fault != Fault.NONE) {
                body = id; // the fault comes in the middle
            }
            List<String> trailers = random.nextInt(3) == 0 ? List.of("y-sum=" + id) : List.of();
            this.answer = new Answer(status, id, body, trailers);
        }

        Answer answer() {
            return answer;
        }

        byte[] bytes() {
            for (int i = random.nextInt(8) - 5; i > 0; i--) {
                head(0, Http2Frame.block(":status", "103", "link", "<a>"));
            }
            noise();
            if (fault == Fault.DATA_BEFORE_THE_HEAD) {
                frame(Http2Frame.DATA, 0, stream, ascii("early"));
            }
            boolean bodiless = answer.body().isEmpty();
            boolean trailers = !answer.trailers().isEmpty();
            head(bodiless && !trailers ? Http2Frame.END_STREAM : 0, headBlock());
            body(!trailers);
            if (trailers && !isCut()) {
                head(Http2Frame.END_STREAM, Http2Frame.block("y-sum", answer.id()));
            }
            if (fault == Fault.DATA_AFTER_THE_END) {
                frame(Http2Frame.DATA, Http2Frame.END_STREAM, stream, ascii("late"));
            }
            return out.toByteArray();
        }

        private byte[] headBlock() {
            List<String> fields = new ArrayList<>();
            String status = switch (fault) {
                case ODD_STATUS -> List.of("099", "20x", "1000", "", "-20").get(random.nextInt(5));
                default -> Integer.toString(answer.status());
            };
            if (fault != Fault.NO_STATUS) {
                fields.addAll(List.of(":status", status));
            }
            fields.addAll(List.of(fault == Fault.UPPER_CASE_NAME ? "Y-Id" : "y-id", answer.id()));
            int length = answer.body().length();
            switch (fault) {
                case LENGTH_TOO_LONG -> fields.addAll(List.of("content-length", Integer.toString(length + 1)));
                case LENGTH_TOO_SHORT -> fields.addAll(List.of("content-length", Integer.toString(length - 1)));
                case TWO_LENGTHS -> {
                    fields.addAll(List.of("content-length", Integer.toString(length)));
                    fields.addAll(List.of("content-length", Integer.toString(length + 1)));
                }
                default -> {
                    if (random.nextBoolean()) {
                        fields.addAll(List.of("content-length", Integer.toString(length)));
                    }
                }
            }
            byte[] block = Http2Frame.block(fields.toArray(String[]::new));
            if (fault == Fault.NO_HPACK) {
                Arrays.fill(block, (byte) 0xff);
            }
            return block;
        }

        private boolean isCut() {
            return switch (fault) {
                case RESET_STREAM, RESET_CONNECTION, CLOSED_CONNECTION, ODD_BYTES -> true;
                default -> false;
            };
        }

        private void body(boolean ends) {
            String body = answer.body();
            int faultAt = fault == Fault.NONE ? -1 : random.nextInt(body.length());
            for (int at = 0; at < body.length(); ) {
                int end = at + 1 + random.nextInt(body.length() - at);
                if (faultAt >= at && faultAt < end && inject(faultAt)) {
                    return;
                }
                data(body.substring(at, end), ends && end == body.length());
                noise();
                at = end;
            }
        }

        /// @return true if no frame may follow
        private boolean inject(int number) {
            switch (fault) {
                case SECOND_HEAD -> head(0, Http2Frame.block(":status", "200", "y-id", "evil"));
                case GOAWAY_BEFORE_THE_END -> frame(Http2Frame.GOAWAY, 0, 0, Http2Frame.numbers(stream, 0));
                case RESET_STREAM -> frame(Http2Frame.RST_STREAM, 0, stream, Http2Frame.numbers(number % 14));
                case ODD_BYTES -> {
                    byte[] odd = new byte[1 + random.nextInt(60)];
                    random.nextBytes(odd);
                    out.writeBytes(odd);
                }
                case CONTINUATION_OF_NOTHING ->
                    frame(Http2Frame.CONTINUATION, Http2Frame.END_OF_HEADERS, stream, Http2Frame.block("y-a", "b"));
                case HEAD_INTERRUPTED -> {
                    frame(Http2Frame.HEADERS, Http2Frame.END_STREAM, stream, Http2Frame.block("y-sum", "evil"));
                    frame(Http2Frame.PING, 0, 0, new byte[8]);
                }
                case DATA_ON_STREAM_0 -> frame(Http2Frame.DATA, 0, 0, ascii("zero"));
                case TOO_MUCH_PADDING -> frame(Http2Frame.DATA, PADDED, stream, new byte[] {9, 'a', 0, 0});
                case PUSH -> {
                    byte[] promised =
                            Http2Frame.block(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a");
                    byte[] payload = ByteBuffer.allocate(4 + promised.length)
                            .putInt(2)
                            .put(promised)
                            .array();
                    frame(PUSH_PROMISE, Http2Frame.END_OF_HEADERS, stream, payload);
                }
                case EMPTY_WINDOW_UPDATE -> frame(Http2Frame.WINDOW_UPDATE, 0, stream, Http2Frame.numbers(0));
                case WINDOW_OVERFLOW -> {
                    frame(Http2Frame.WINDOW_UPDATE, 0, 0, Http2Frame.numbers(Integer.MAX_VALUE));
                    frame(Http2Frame.WINDOW_UPDATE, 0, 0, Http2Frame.numbers(Integer.MAX_VALUE));
                }
                case ODD_SETTINGS -> frame(Http2Frame.SETTINGS, 0, 0, new byte[5]);
                default -> {}
            }
            return isCut();
        }

        /// A head in one frame or several.
        private void head(int flags, byte[] block) {
            int parts = 1 + (random.nextInt(4) == 0 ? random.nextInt(3) : 0);
            int at = 0;
            for (int i = 0; i < parts; i++) {
                int end = i == parts - 1 ? block.length : at + random.nextInt(1 + block.length - at);
                int last = i == parts - 1 ? Http2Frame.END_OF_HEADERS : 0;
                int type = i == 0 ? Http2Frame.HEADERS : Http2Frame.CONTINUATION;
                int own = i == 0 ? flags : 0;
                frame(type, own | last, stream, Arrays.copyOfRange(block, at, end));
                at = end;
            }
        }

        private void data(String text, boolean last) {
            int flags = last ? Http2Frame.END_STREAM : 0;
            if (random.nextInt(4) > 0) {
                frame(Http2Frame.DATA, flags, stream, ascii(text));
                return;
            }
            int padding = random.nextInt(50);
            byte[] payload = ByteBuffer.allocate(1 + text.length() + padding)
                    .put((byte) padding)
                    .put(ascii(text))
                    .array();
            frame(Http2Frame.DATA, flags | PADDED, stream, payload);
        }

        /// Frames that have nothing to do with the response.
        private void noise() {
            if (random.nextInt(6) > 0) {
                return;
            }
            switch (random.nextInt(4)) {
                case 0 -> frame(Http2Frame.PING, 0, 0, new byte[8]);
                case 1 -> frame(UNKNOWN, random.nextInt(256), stream, new byte[random.nextInt(40)]);
                case 2 -> frame(PRIORITY, 0, stream, new byte[] {0, 0, 0, 0, 7});
                default -> frame(Http2Frame.WINDOW_UPDATE, 0, 0, Http2Frame.numbers(1 + random.nextInt(100)));
            }
        }

        private void frame(int type, int flags, int on, byte[] payload) {
            out.writeBytes(Http2Frame.encoded(type, flags, on, payload));
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.ISO_8859_1);
        }
    }
}
