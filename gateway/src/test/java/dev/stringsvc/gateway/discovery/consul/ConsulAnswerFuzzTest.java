package dev.stringsvc.gateway.discovery.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.gateway.FuzzCorpus;
import dev.stringsvc.gateway.discovery.Instance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Every answer of Consul is read as valid instances, or the query fails with a reason. `-Dfuzz.seed=N`
/// tries other answers, `-Dfuzz.requests=N` more of them.
class ConsulAnswerFuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int ANSWERS = Integer.getInteger("fuzz.requests", 200);
    private static final List<String> SPOILERS = List.of(
            "null",
            "[]",
            "{}",
            "\"\"",
            "-1",
            "0",
            "99999999999",
            "1.5",
            "true",
            "\"a b\"",
            "\"::1\"",
            "\\",
            "\"",
            ",",
            ":",
            "[[",
            "\u0000",
            "\u00e9",
            "{\"a\":",
            "{\"" + "k".repeat(60_000) + "\": 1}",
            "[".repeat(12_000) + "]".repeat(12_000));

    @Test
    void answer_is_read_as_valid_instances_or_refused_with_a_reason() {
        var random = new Random(SEED);
        List<String> answers = new ArrayList<>(FuzzCorpus.of("consul"));
        while (answers.size() < ANSWERS) {
            String json = "[" + FakeConsul.health("a", "10.0.0.1", 80) + "," + FakeConsul.health("b", "", 81) + "]";
            answers.add(spoiled(json, random));
        }
        int read = 0;
        int refused = 0;
        try (var consul = new FakeConsul();
                var client = new ConsulClient(ConsulSettings.at(consul.url()), Duration.ofSeconds(1))) {
            for (String json : answers) {
                String told = "with -Dfuzz.seed=%d, of %s".formatted(SEED, json);
                consul.then(exchange -> {
                    exchange.getResponseHeaders().set("X-Consul-Index", "1");
                    FakeConsul.send(exchange, 200, json);
                });
                try {
                    List<Instance> found =
                            client.instances("web", List.of(), 0).found().instances();
                    read++;
                    assertThat(found).as(told).doesNotContainNull();
                } catch (QueryFailedException e) {
                    refused++;
                    assertThat(e.getMessage()).as(told).isNotBlank();
                } catch (RuntimeException | StackOverflowError e) {
                    throw new AssertionError(told, e);
                }
            }
        }
        assertThat(read).as("read").isPositive();
        assertThat(refused).as("refused").isPositive();
    }

    private static String spoiled(String json, Random random) {
        String text = json;
        for (int i = random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(text.length() + 1);
            String spoiler = SPOILERS.get(random.nextInt(SPOILERS.size()));
            text = switch (random.nextInt(4)) {
                case 0 -> text.substring(0, at) + spoiler + text.substring(at);
                case 1 -> text.substring(0, at);
                case 2 ->
                    text.substring(0, at)
                            + text.substring(at)
                                    .replaceFirst(
                                            "(\"[A-Za-z]+\": )[^,}]*",
                                            "$1" + java.util.regex.Matcher.quoteReplacement(spoiler));
                default -> text.substring(0, at) + text.substring(at).replaceFirst("\"[A-Za-z]+\":[^,}]*,", "");
            };
        }
        return text;
    }
}
