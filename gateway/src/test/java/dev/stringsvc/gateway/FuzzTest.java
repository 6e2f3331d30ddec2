package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.EOFException;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// Whatever a client sends, the gateway and the instance saw the same requests, or the gateway
/// refused and the instance saw nothing. What is valid is never refused. `-Dfuzz.seed=N` sends
/// others, `-Dfuzz.requests=N` more.
class FuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 2_000);
    private static final Pattern CODE = Pattern.compile("%([0-9A-Fa-f]{2})");

    /// What a client's connection and the gateway's own are about; the gateway's own words.
    private static final Set<String> NOT_PASSED = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "host",
            "content-length",
            "expect",
            "x-request-id",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-proto",
            "x-forwarded-port",
            "forwarded");

    private final Queue<StrictRequest> seen = new ConcurrentLinkedQueue<>();
    private int accepted;
    private int refused;

    @Test
    void instance_sees_what_the_client_sent_or_nothing() throws Exception {
        var requests = new RandomRequests(new Random(SEED));
        var random = new Random(SEED + 1);
        List<String> failures = new ArrayList<>();
        try (var gateway = GatewayFixture.over(FakeInstance.of(this::serve))) {
            // Jetty may give a buffer back twice where a connection is cut within a request: jetty.project#13644
            gateway.tolerate("already released oeji.Retainable");
            for (int sent = 0; sent < REQUESTS && failures.size() < 5; ) {
                boolean spoiled = random.nextInt(3) > 0;
                List<String> stream = new ArrayList<>();
                for (int i = 1 + random.nextInt(3); i > 0; i--, sent++) {
                    stream.add(requests.valid());
                }
                if (spoiled) {
                    stream.replaceAll(request -> random.nextBoolean() ? requests.spoiled(request) : request);
                }
                String bytes = String.join("", stream);
                try {
                    exchange(gateway, bytes, spoiled);
                } catch (AssertionError | IOException e) {
                    failures.add(visible(bytes) + "\n" + e + "\nseen " + seen);
                    seen.clear();
                }
            }
        }
        assertThat(failures).as("with -Dfuzz.seed=%d", SEED).isEmpty();
        System.out.printf("fuzz.seed=%d: %d accepted, %d refused%n", SEED, accepted, refused);
        assertThat(accepted).isGreaterThan(REQUESTS / 4);
        assertThat(refused).isGreaterThan(REQUESTS / 10);
    }

    private void serve(FakeInstance.Wire wire) throws IOException {
        var bytes = new StringBuilder();
        while (true) {
            StrictRequest.Reading reading = StrictRequest.read(bytes.toString(), 0);
            switch (reading) {
                case StrictRequest.Whole(var request) -> {
                    bytes.delete(0, request.end());
                    seen.add(request);
                    wire.send(
                            request.method().equals("HEAD")
                                    ? "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
                                    : FakeInstance.OK);
                }
                case StrictRequest.Partial() -> {
                    byte[] more = new byte[8_192];
                    int n = wire.in().read(more);
                    if (n < 0) {
                        return;
                    }
                    bytes.append(new String(more, 0, n, StandardCharsets.ISO_8859_1));
                }
                case StrictRequest.Wrong(var why) -> {
                    seen.add(new StrictRequest("wrong", why, List.of(), bytes.toString(), true, 0));
                    return;
                }
            }
        }
    }

    private void exchange(GatewayFixture gateway, String bytes, boolean spoiled) throws IOException {
        try (RawClient client = gateway.client()) {
            client.send(bytes);
            int at = 0;
            boolean open = true;
            while (open && at < bytes.length()) {
                while (spoiled && at < bytes.length() && "\r\n".indexOf(bytes.charAt(at)) >= 0) {
                    at++; // which a server ignores before a request
                }
                if (at == bytes.length()) {
                    break;
                }
                if (StrictRequest.read(bytes, at) instanceof StrictRequest.Whole(var request)) {
                    HttpMessage answer = answer(client, request.method().equals("HEAD"));
                    check(request, answer, spoiled);
                    open = !request.last() && !"close".equals(answer.header("Connection"));
                    at = request.end();
                } else {
                    assertThat(spoiled)
                            .as("the judge calls what is valid wrong: " + StrictRequest.read(bytes, at))
                            .isTrue();
                    client.sendEnd();
                    isRefused(client);
                    open = false;
                }
            }
            if (open) {
                client.sendEnd();
            }
            // a HEAD request that is refused before it was understood has the problem for a body
            assertThat(new String(client.in().readAllBytes(), StandardCharsets.ISO_8859_1))
                    .as("what follows the last answer")
                    .doesNotContain("HTTP/1.");
        }
        assertThat(seen).as("seen and not answered").isEmpty();
    }

    private static HttpMessage answer(RawClient client, boolean toHead) throws IOException {
        while (true) {
            HttpMessage answer = toHead ? client.readToHead() : client.read();
            if (answer.status() >= 200) {
                return answer;
            }
        }
    }

    private void check(StrictRequest sent, HttpMessage answer, boolean spoiled) {
        if (answer.status() == 200) {
            accepted++;
            StrictRequest arrived = seen.poll();
            assertThat(arrived).as("seen by the instance").isNotNull();
            assertThat(arrived.method()).isEqualTo(sent.method());
            assertThat(arrived.target()).isEqualTo(normal(sent.target()));
            assertThat(passed(arrived, List.of())).isEqualTo(passed(sent, added(sent)));
            assertThat(arrived.body()).isEqualTo(sent.body());
        } else {
            refused++;
            assertThat(spoiled)
                    .as("valid, and answered " + answer.head() + answer.text())
                    .isTrue();
            assertThat(answer.status()).isBetween(400, 499);
        }
    }

    private void isRefused(RawClient client) throws IOException {
        refused++;
        try {
            assertThat(answer(client, false).status()).isIn(400, 404, 405, 408, 413, 414, 417, 431, 501, 505);
        } catch (EOFException e) {
            // cut: nothing is said to a client that breaks off
        }
    }

    /// The path in absolute form, if it has one, is what is asked for; what need not be in code is
    /// not.
    private static String normal(String target) {
        String form = target.startsWith("http://") ? target.substring(target.indexOf('/', 7)) : target;
        int query = form.indexOf('?') < 0 ? form.length() : form.indexOf('?');
        return CODE.matcher(form.substring(0, query)).replaceAll(FuzzTest::decoded) + form.substring(query);
    }

    private static String decoded(MatchResult code) {
        String byteInCode = code.group().toUpperCase(Locale.ROOT);
        char c = (char) Integer.parseInt(code.group(1), 16);
        boolean unreserved = c == '~'
                || (c < 0x80
                        && c != '*'
                        && !URLEncoder.encode("" + c, StandardCharsets.UTF_8).startsWith("%"));
        return unreserved && c != ' ' ? "" + c : byteInCode;
    }

    private static List<String> added(StrictRequest sent) {
        List<String> added = new ArrayList<>();
        if (sent.values("accept-encoding").isEmpty()) {
            added.add("accept-encoding: identity");
        }
        added.add("via: 1.1 gateway");
        return added;
    }

    /// End-to-end fields in their order, those that the gateway adds behind them.
    private static List<String> passed(StrictRequest request, List<String> added) {
        Set<String> dropped = Set.copyOf(Arrays.asList(String.join(",", request.values("connection"))
                .toLowerCase(Locale.ROOT)
                .split("[ \\t]*,[ \\t]*", -1)));
        List<String> passed = new ArrayList<>(request.fields().stream()
                .filter(field -> {
                    String name = field.substring(0, field.indexOf(':'));
                    return !NOT_PASSED.contains(name) && !dropped.contains(name);
                })
                .toList());
        passed.addAll(added);
        passed.sort((one, other) -> name(one).compareTo(name(other))); // stable: each name's values keep their order
        return passed;
    }

    private static String name(String field) {
        return field.substring(0, field.indexOf(':'));
    }

    private static String visible(String bytes) {
        return bytes.replace("\r", "\\r").replace("\n", "\\n\n").replace("\0", "\\0");
    }
}
