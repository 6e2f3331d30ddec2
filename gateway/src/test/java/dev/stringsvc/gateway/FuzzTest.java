package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.transport.FakeInstance;
import dev.stringsvc.gateway.transport.HttpMessage;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// For every input, either the gateway and the instance saw the same requests, or the gateway refused
/// it and the instance saw nothing. A valid request is never refused. `-Dfuzz.seed=N` sends other
/// requests, `-Dfuzz.requests=N` more of them.
class FuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int REQUESTS = Integer.getInteger("fuzz.requests", 2_000);
    private final Judge judge = new Judge("1.1 gateway");
    /// The requests that came on the newest connection.
    private final List<String> answers = new ArrayList<>();

    @Test
    void instance_sees_what_the_client_sent_or_nothing() throws Exception {
        var requests = new RandomRequests(new Random(SEED));
        var random = new Random(SEED + 1);
        List<String> failures = new ArrayList<>();
        try (var gateway = GatewayFixture.over(FakeInstance.of(judge::serve))) {
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
                answers.clear();
                try {
                    exchange(gateway, bytes, spoiled);
                } catch (AssertionError | IOException e) {
                    failures.add(visible(bytes) + "\n" + e + "\nanswers " + answers + "\nseen " + judge.forget());
                }
            }
        }
        assertThat(failures).as("with -Dfuzz.seed=%d", SEED).isEmpty();
        judge.checkCounts(REQUESTS, "fuzz.seed=" + SEED);
    }

    @Test
    void instance_sees_what_is_in_the_corpus_or_nothing() throws Exception {
        try (var gateway = GatewayFixture.over(FakeInstance.of(judge::serve))) {
            for (String lines : FuzzCorpus.of("http1")) {
                exchange(gateway, lines.replace("\n", "").translateEscapes(), true);
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
                    answers.add(answer.head() + answer.text());
                    judge.check(request, answer.status(), spoiled, answers.getLast());
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
        judge.checkNothingElseSeen();
    }

    private static HttpMessage answer(RawClient client, boolean toHead) throws IOException {
        while (true) {
            HttpMessage answer = toHead ? client.readToHead() : client.read();
            if (answer.status() >= 200) {
                return answer;
            }
        }
    }

    private void isRefused(RawClient client) throws IOException {
        judge.countRefused();
        try {
            assertThat(answer(client, false).status()).isIn(400, 404, 405, 408, 413, 414, 417, 431, 501, 505);
        } catch (EOFException e) {
            // cut: nothing is said to a client that breaks off
        }
    }

    private static String visible(String bytes) {
        return bytes.replace("\r", "\\r").replace("\n", "\\n\n").replace("\0", "\\0");
    }
}
