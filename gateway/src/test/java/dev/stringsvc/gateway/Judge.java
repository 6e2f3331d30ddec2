package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Compares what clients sent with what an instance got, request by request, and counts.
final class Judge {
    private static final Pattern CODE = Pattern.compile("%([0-9A-Fa-f]{2})");

    /// Fields that concern one connection only, and fields that the gateway sets itself.
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
    private final String via;
    private int accepted;
    private int refused;

    /// @param via what the gateway adds to `Via`
    Judge(String via) {
        this.via = via;
    }

    /// What the instance does.
    void serve(FakeInstance.Wire wire) throws IOException {
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

    /// Compares an answered request with what the instance got.
    ///
    /// @param spoiled true if the request was made malformed on purpose, so the gateway may refuse it
    /// @param answer for the message of a failure
    void check(StrictRequest sent, int status, boolean spoiled, Object answer) {
        if (status == 200) {
            accepted++;
            StrictRequest arrived = seen.poll();
            assertThat(arrived).as("seen by the instance").isNotNull();
            assertThat(arrived.method()).isEqualTo(sent.method());
            assertThat(arrived.target()).isEqualTo(normal(sent.target()));
            assertThat(passed(arrived, List.of()))
                    .map(line -> line.replaceFirst("gateway-[0-9a-f]{16}$", "gateway"))
                    .isEqualTo(passed(sent, List.of("via: " + via)));
            assertThat(arrived.body()).isEqualTo(sent.body());
        } else {
            refused++;
            assertThat(spoiled).as("valid, and answered " + answer).isTrue();
            assertThat(status).isBetween(400, 499);
        }
    }

    /// Counts a request that was not answered with 200.
    void countRefused() {
        refused++;
    }

    /// Asserts that every request that the instance got was answered.
    void checkNothingElseSeen() {
        assertThat(seen).as("seen and not answered").isEmpty();
    }

    /// Returns and forgets the requests that the instance got and that were not answered.
    List<StrictRequest> forget() {
        List<StrictRequest> rest = List.copyOf(seen);
        seen.clear();
        return rest;
    }

    /// Asserts that enough requests were accepted and refused for the run to be meaningful.
    void checkCounts(int requests, String label) {
        System.out.printf("%s: %d accepted, %d refused%n", label, accepted, refused);
        assertThat(accepted).isGreaterThan(requests / 4);
        assertThat(refused).isGreaterThan(requests / 10);
    }

    /// The requested path: taken from an absolute URL if it is one, with unneeded percent-encoding
    /// decoded.
    private static String normal(String target) {
        String form = target.startsWith("http://") ? target.substring(target.indexOf('/', 7)) : target;
        int query = form.indexOf('?') < 0 ? form.length() : form.indexOf('?');
        return CODE.matcher(form.substring(0, query)).replaceAll(Judge::decoded) + form.substring(query);
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

    /// End-to-end fields in their order, followed by those that the gateway adds.
    private static List<String> passed(StrictRequest request, List<String> added) {
        Set<String> dropped = Set.copyOf(Arrays.asList(String.join(",", request.values("connection"))
                .toLowerCase(Locale.ROOT)
                .split("[ \\t]*,[ \\t]*", -1)));
        List<String> passed = new ArrayList<>(request.fields().stream()
                .filter(field -> {
                    String name = field.substring(0, field.indexOf(':'));
                    return !NOT_PASSED.contains(name) && !dropped.contains(name) && !isForwarded(name);
                })
                .toList());
        passed.addAll(added);
        passed.sort((one, other) -> name(one).compareTo(name(other))); // stable: each name's values keep their order
        return passed;
    }

    /// True for every name that begins like a field by which proxies describe the client, also with `_`
    /// for `-`.
    private static boolean isForwarded(String name) {
        String spelled = name.replace('_', '-');
        return spelled.equals("x-forwarded") || spelled.startsWith("x-forwarded-");
    }

    private static String name(String field) {
        return field.substring(0, field.indexOf(':'));
    }
}
