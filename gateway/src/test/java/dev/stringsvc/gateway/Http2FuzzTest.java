package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import java.io.IOException;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The same as FuzzTest for streams of HTTP/2, whose heads can contain any byte anywhere.
/// `-Dfuzz.seed=N` sends other requests, `-Dfuzz.requests=N` more of them.
class Http2FuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 500);

    private final Judge judge = new Judge("2.0 gateway");
    private final RandomRequests requests = new RandomRequests(new Random(SEED));
    private final Random random = new Random(SEED + 1);

    /// A header, or a pseudo-header, as it is sent.
    private record Line(String name, String value) {}

    @Test
    void instance_sees_what_the_client_sent_or_nothing() throws Exception {
        List<String> failures = new ArrayList<>();
        try (var gateway = GatewayFixture.over(FakeInstance.of(judge::serve))) {
            for (int sent = 0; sent < REQUESTS && failures.size() < 5; ) {
                try (var client = new Http2Wire(gateway.gateway().port())) {
                    boolean open = true;
                    for (int i = 0; i < 5 && open; i++, sent++) {
                        open = exchange(gateway, client, failures);
                    }
                }
            }
        }
        assertThat(failures).as("with -Dfuzz.seed=%d", SEED).isEmpty();
        judge.checkCounts(REQUESTS, "fuzz.seed=" + SEED + " over HTTP/2");
    }

    /// @return true if the connection can still be used: Jetty ends it after some malformed heads
    private boolean exchange(GatewayFixture gateway, Http2Wire client, List<String> failures) throws IOException {
        var valid = (StrictRequest.Whole) StrictRequest.read(requests.valid(), 0);
        List<Line> head = head(valid.request());
        String body = valid.request().body();
        boolean spoiled = random.nextInt(3) > 0;
        if (spoiled) {
            for (int i = 1 + random.nextInt(2); i > 0; i--) {
                spoil(head);
            }
            body = random.nextInt(5) == 0 ? body + "x" : body;
        }
        boolean ended = body.isEmpty() && random.nextBoolean();
        int stream = client.open(
                ended,
                head.stream()
                        .flatMap(line -> List.of(line.name(), line.value()).stream())
                        .toArray(String[]::new));
        if (!ended) {
            int cut = body.isEmpty() ? 0 : random.nextInt(body.length());
            try {
                client.data(stream, body.substring(0, cut), false);
                client.data(stream, body.substring(cut), true);
            } catch (SocketException e) {
                assertThat(spoiled).as("valid, and its connection ended").isTrue();
            }
        }
        Http2Wire.Answer answer = client.read(stream);
        try {
            if (saysLess(head, body)) {
                // as much as was said may have been passed on before the rest came
                judge.countRefused();
                gateway.awaitIdle();
                judge.forget();
            } else if (answer.status() == 0) {
                judge.countRefused();
                assertThat(spoiled).as("valid, and reset: " + answer.error()).isTrue();
            } else {
                judge.check(sent(head, body), answer.status(), spoiled, answer.fields() + answer.text());
            }
            judge.checkNothingElseSeen();
        } catch (AssertionError e) {
            failures.add(head + "\n" + body + "\n" + e + "\nseen " + judge.forget());
        }
        return answer.status() == 200;
    }

    private static boolean saysLess(List<Line> head, String body) {
        return head.stream()
                .filter(line ->
                        line.name().equals("content-length") && line.value().matches("[0-9]{1,9}"))
                .anyMatch(line -> Integer.parseInt(line.value()) < body.length());
    }

    private List<Line> head(StrictRequest request) {
        List<Line> head = new ArrayList<>(List.of(
                new Line(":method", request.method()),
                new Line(":scheme", "http"),
                new Line(":authority", "gw"),
                new Line(":path", request.target())));
        boolean saysLength = random.nextBoolean();
        for (String field : request.fields()) {
            int colon = field.indexOf(": ");
            var line = new Line(field.substring(0, colon), field.substring(colon + 2));
            boolean passes = switch (line.name()) {
                case "connection", "keep-alive", "proxy-connection", "transfer-encoding", "host" -> false;
                case "content-length" -> saysLength;
                default -> true;
            };
            if (passes) {
                head.add(line);
            }
        }
        return head;
    }

    private void spoil(List<Line> head) {
        int at = random.nextInt(head.size());
        Line line = head.get(at);
        String spoiler = RandomRequests.SPOILERS.get(random.nextInt(RandomRequests.SPOILERS.size()));
        switch (random.nextInt(7)) {
            case 0 -> head.set(at, new Line(line.name(), inserted(line.value(), spoiler)));
            case 1 -> head.set(at, new Line(line.name(), inserted(line.value(), "" + (char) random.nextInt(256))));
            case 2 -> head.set(at, new Line(inserted(line.name(), spoiler), line.value()));
            case 3 -> head.set(3, new Line(":path", inserted(head.get(3).value(), spoiler)));
            case 4 -> {
                String field = RandomRequests.SPOILED_FIELDS.get(random.nextInt(RandomRequests.SPOILED_FIELDS.size()));
                int colon = field.indexOf(':', 1);
                head.add(
                        colon < 0
                                ? new Line(field, "")
                                : new Line(
                                        random.nextInt(4) == 0
                                                ? field.substring(0, colon)
                                                : field.substring(0, colon).toLowerCase(Locale.ROOT),
                                        field.substring(colon + 1).replaceFirst("^ ", "")));
            }
            case 5 -> head.add(random.nextInt(head.size()), line);
            default -> {
                if (head.size() > 4) {
                    head.remove(at);
                }
            }
        }
    }

    private String inserted(String text, String spoiler) {
        int at = random.nextInt(text.length() + 1);
        return text.substring(0, at) + spoiler + text.substring(at);
    }

    /// The request that the client meant, if it is valid: with one `Cookie`, without connection
    /// headers.
    private static StrictRequest sent(List<Line> head, String body) {
        List<String> fields = new ArrayList<>();
        List<String> cookies = new ArrayList<>();
        for (Line line : head) {
            if (line.name().equals("cookie")) {
                cookies.add(line.value());
            } else if (!line.name().startsWith(":") && !line.name().equals("connection")) {
                fields.add(line.name() + ": " + line.value());
            }
        }
        if (!cookies.isEmpty()) {
            fields.add("cookie: " + String.join("; ", cookies));
        }
        return new StrictRequest(value(head, ":method"), value(head, ":path"), fields, body, false, 0);
    }

    private static String value(List<Line> head, String name) {
        return head.stream()
                .filter(line -> line.name().equals(name))
                .map(Line::value)
                .findFirst()
                .orElse("");
    }
}
