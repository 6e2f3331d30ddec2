package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// For every answer of an instance the client sees exactly that answer, a problem, or a cut connection.
/// `-Dfuzz.seed=N` plays other answers, `-Dfuzz.requests=N` more of them.
class InstanceFuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 1_000);
    private static final int CLIENTS = 4;
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final String VALUE = "[\\t !-~\\x80-\\xff]*";
    private static final Pattern STATUS = Pattern.compile("HTTP/1\\.([01]) ([1-5][0-9]{2})(?: " + VALUE + ")?");
    private static final Pattern FIELD = Pattern.compile("(" + TOKEN + "):(" + VALUE + ")");
    private static final Pattern CHUNK = Pattern.compile("([0-9A-Fa-f]{1,7})(?:[ \\t]*;" + VALUE + ")?");

    private final Map<String, List<Sent>> sent = new ConcurrentHashMap<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger passed = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    /// What an instance sent for one request, one character per byte.
    private record Sent(String bytes, boolean reset, boolean valid) {}

    /// The compared parts of an answer: the status, the fields that begin with `Y-`, the body.
    private record Answer(int status, List<String> fields, String body) {}

    @Test
    void client_sees_what_an_instance_sent_or_a_refusal() throws Exception {
        try (var gateway = GatewayFixture.with(
                "ejection.max-share=0", FakeInstance.of(this::serve), FakeInstance.of(this::serve))) {
            List<Thread> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int client = i;
                clients.add(Thread.ofVirtual().start(() -> ask(gateway, client)));
            }
            for (Thread client : clients) {
                client.join();
            }
            gateway.awaitIdle();
        }
        assertThat(failures).as("with -Dfuzz.seed=%d", SEED).isEmpty();
        assertThat(passed.get()).as("answers that passed").isGreaterThan(REQUESTS / 3);
        assertThat(refused.get()).as("answers that were refused").isGreaterThan(REQUESTS / 20);
    }

    private void ask(GatewayFixture gateway, int client) {
        for (int i = client; i < REQUESTS && failures.size() < 5; i += CLIENTS) {
            String id = "id" + i + "z";
            boolean post = i % 3 == 0;
            String body = post ? id.repeat(i % 30 == 0 ? 100_000 / id.length() : 3) : "";
            String request = RawClient.head(
                    (post ? "POST" : "GET") + " /svc/" + id + " HTTP/1.1",
                    "Host: gw",
                    "Content-Length: " + body.length());
            Optional<HttpMessage> seen = Optional.empty();
            try (RawClient wire = gateway.client()) {
                wire.send(request + body);
                HttpMessage answer = wire.read();
                while (answer.status() < 200) {
                    answer = wire.read();
                }
                seen = Optional.of(answer);
            } catch (IOException | NumberFormatException e) {
                // cut; whether it may be is judged below
            }
            judge(id, seen);
        }
    }

    private void judge(String id, Optional<HttpMessage> seen) {
        List<Sent> all = sent.getOrDefault(id, List.of());
        boolean mayFail = all.isEmpty() || all.stream().anyMatch(one -> !one.valid());
        boolean isRefusal = seen.isEmpty()
                || (List.of(502, 503, 504).contains(seen.get().status())
                        && "application/problem+json".equals(seen.get().header("Content-Type")));
        if (isRefusal) {
            refused.incrementAndGet();
            if (!mayFail) {
                fail(id, "a valid answer was refused", seen, all);
            }
            return;
        }
        HttpMessage message = seen.orElseThrow();
        List<String> fields = message.head().stream()
                .skip(1)
                .map(InstanceFuzzTest::field)
                .filter(field -> field.startsWith("y-"))
                .toList();
        var answer = new Answer(message.status(), fields, new String(message.body(), StandardCharsets.ISO_8859_1));
        passed.incrementAndGet();
        if (all.stream().noneMatch(one -> new Reader(one).read().equals(Optional.of(answer)))) {
            fail(id, "nobody sent this answer", seen, all);
        }
    }

    private void fail(String id, String why, Optional<HttpMessage> seen, List<Sent> all) {
        failures.add("%s: %s\nseen %s\nsent %s"
                .formatted(
                        id,
                        why,
                        seen.map(answer -> answer.head() + " and " + answer.body().length),
                        all.stream()
                                .map(one -> one.reset() + " " + one.bytes().length() + " "
                                        + one.bytes()
                                                .substring(
                                                        0,
                                                        Math.min(
                                                                600, one.bytes().length())))
                                .toList()));
    }

    private static String field(String line) {
        int colon = line.indexOf(':');
        return line.substring(0, colon).toLowerCase(Locale.ROOT) + ": "
                + line.substring(colon + 1).replaceAll("^[ \\t]+|[ \\t]+$", "");
    }

    private void serve(FakeInstance.Wire wire) throws IOException {
        for (HttpMessage request; (request = wire.read()) != null; ) {
            String id = request.startLine().split(" ", -1)[1].substring("/svc/".length());
            List<Sent> before = sent.computeIfAbsent(id, key -> new CopyOnWriteArrayList<>());
            var random = new Random(SEED * 1_000_003 + id.hashCode() * 31L + before.size());
            if (!new String(request.body(), StandardCharsets.ISO_8859_1)
                    .replace(id, "")
                    .isEmpty()) {
                failures.add(id + ": a request's body is not its own");
            }
            String valid = valid(id, random);
            boolean closes = valid.contains("Connection: close\r\n");
            if (random.nextInt(3) > 0) {
                before.add(new Sent(valid, false, true));
                wire.sendInPieces(valid.getBytes(StandardCharsets.ISO_8859_1), random);
            } else if (random.nextInt(3) == 0) {
                String part = valid.substring(0, random.nextInt(valid.length()));
                var cut = new Sent(part, random.nextBoolean(), false);
                before.add(cut);
                wire.sendInPieces(part.getBytes(StandardCharsets.ISO_8859_1), random);
                if (cut.reset()) {
                    wire.reset();
                }
                return;
            } else {
                String spoiled = spoiled(valid, random);
                before.add(new Sent(spoiled, false, false));
                wire.send(spoiled); // at once: what follows an answer must be there before the next request is
                return;
            }
            if (closes) {
                return;
            }
        }
    }

    private static String valid(String id, Random random) {
        var answer = new StringBuilder();
        for (int i = random.nextInt(8) - 4; i > 0; i--) {
            answer.append("HTTP/1.1 10").append(random.nextBoolean() ? 3 : 2).append(" Wait\r\nLink: <");
            answer.append(id).append(">\r\n\r\n");
        }
        int kind = random.nextInt(4); // known length, chunks, to the connection's end, none
        boolean old = kind != 1 && random.nextInt(5) == 0;
        boolean closes = old || kind == 2 || random.nextInt(6) == 0;
        int status = kind == 3 ? 204 : List.of(200, 201, 404, 400).get(random.nextInt(4));
        String body = kind == 3 ? "" : id.repeat(random.nextInt(random.nextBoolean() ? 5 : 40_000 / id.length()));
        answer.append(old ? "HTTP/1.0 " : "HTTP/1.1 ")
                .append(status)
                .append(" Said\r\nY-Id: ")
                .append(id);
        answer.append("\r\nY-Latin: \u00e9\u00ff ")
                .append(id)
                .append("\r\nY-Id: again, ")
                .append(id)
                .append("\r\n");
        answer.append(closes ? "Connection: close\r\n" : "");
        switch (kind) {
            case 0 ->
                answer.append("Content-Length: ")
                        .append(body.length())
                        .append("\r\n\r\n")
                        .append(body);
            case 1 -> {
                answer.append("Transfer-Encoding: chunked\r\n\r\n");
                for (int at = 0; at < body.length(); ) {
                    int end = at + 1 + random.nextInt(body.length() - at);
                    answer.append(Integer.toHexString(end - at)).append(random.nextInt(4) == 0 ? ";a=b\r\n" : "\r\n");
                    answer.append(body, at, end).append("\r\n");
                    at = end;
                }
                answer.append("0\r\n")
                        .append(random.nextBoolean() ? "" : "Y-Sum: " + id + "\r\n")
                        .append("\r\n");
            }
            default -> answer.append("\r\n").append(body);
        }
        return answer.toString();
    }

    private static String spoiled(String valid, Random random) {
        int head = valid.indexOf("\r\n\r\n", valid.indexOf("Y-Id")) + 4;
        boolean nearEnd = valid.contains("chunked") && random.nextBoolean();
        int at = nearEnd ? valid.length() - 1 - random.nextInt(10) : random.nextInt(head);
        String before = valid.substring(0, at);
        String odd =
                "\r\n\t :;,\0\u007f\u00e9(0a9".substring(random.nextInt(13)).substring(0, 1);
        return switch (random.nextInt(10)) {
            case 0 -> before + odd + valid.substring(at + 1);
            case 1 -> before + valid.substring(at + 1);
            case 2 -> before + odd + valid.substring(at);
            case 3 -> valid.replace("Y-Latin: ", "Y-Latin:\r\n ");
            case 4 -> valid.replace("Y-Latin:", "Y-Latin :");
            case 5 -> valid.replaceFirst("\r\nY-Latin", "\nY-Latin");
            case 6 -> valid.replaceFirst("Content-Length: ", "Content-Length: 3\r\nContent-Length: 1");
            case 7 -> valid.replaceFirst(" (?:20.|40.) ", random.nextBoolean() ? " 000 " : " 099 ");
            case 8 -> "junk" + valid;
            default -> valid + "HTTP/1.1 200 OK\r\nY-Id: evil\r\nContent-Length: 4\r\n\r\nevil";
        };
    }

    /// Parses an instance's answer strictly by RFC 9112, without any library.
    private static final class Reader {
        private final Sent sent;
        private int at;

        Reader(Sent sent) {
            this.sent = sent;
        }

        /// The answer that a client may see, if there is one.
        Optional<Answer> read() {
            try {
                return Optional.of(answer());
            } catch (IOException e) {
                return Optional.empty();
            }
        }

        private Answer answer() throws IOException {
            while (true) {
                Matcher status = matching(STATUS, line());
                int code = Integer.parseInt(status.group(2));
                List<String> fields = fields();
                if (code >= 200) {
                    String body = code == 204 || code == 304
                            ? ""
                            : body(fields, status.group(1).equals("0"));
                    return new Answer(
                            code,
                            fields.stream()
                                    .filter(field -> field.startsWith("y-"))
                                    .toList(),
                            body);
                }
                if (code == 101) {
                    throw new IOException("an upgrade that nobody asked for");
                }
            }
        }

        private List<String> fields() throws IOException {
            List<String> fields = new ArrayList<>();
            for (String line = line(); !line.isEmpty(); line = line()) {
                matching(FIELD, line);
                fields.add(field(line));
            }
            return fields;
        }

        private String body(List<String> fields, boolean old) throws IOException {
            List<String> lengths = values(fields, "content-length: ");
            List<String> codings = values(fields, "transfer-encoding: ");
            if (!codings.isEmpty()) {
                if (old || !lengths.isEmpty() || !codings.equals(List.of("chunked"))) {
                    throw new IOException("codings " + codings);
                }
                return chunks();
            }
            if (!lengths.isEmpty()) {
                if (lengths.size() > 1 || !lengths.getFirst().matches("[0-9]{1,9}")) {
                    throw new IOException("lengths " + lengths);
                }
                return take(Integer.parseInt(lengths.getFirst()));
            }
            if (sent.reset()) {
                throw new IOException("cut");
            }
            return take(sent.bytes().length() - at);
        }

        private static List<String> values(List<String> fields, String name) {
            return fields.stream()
                    .filter(field -> field.startsWith(name))
                    .map(field -> field.substring(name.length()))
                    .toList();
        }

        private String chunks() throws IOException {
            var body = new StringBuilder();
            while (true) {
                int size = Integer.parseInt(matching(CHUNK, line()).group(1), 16);
                if (size == 0) {
                    fields();
                    return body.toString();
                }
                body.append(take(size));
                if (!line().isEmpty()) {
                    throw new IOException("a chunk longer than it said");
                }
            }
        }

        private String take(int count) throws IOException {
            if (sent.bytes().length() - at < count) {
                throw new IOException("cut");
            }
            at += count;
            return sent.bytes().substring(at - count, at);
        }

        private String line() throws IOException {
            int end = sent.bytes().indexOf("\r\n", at);
            if (end < 0) {
                throw new IOException("cut");
            }
            String line = sent.bytes().substring(at, end);
            at = end + 2;
            return line; // a bare CR or LF is no part of any value
        }

        private static Matcher matching(Pattern pattern, String line) throws IOException {
            Matcher matcher = pattern.matcher(line);
            if (!matcher.matches()) {
                throw new IOException("'" + line + "'");
            }
            return matcher;
        }
    }
}
