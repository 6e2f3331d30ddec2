package dev.stringsvc.gateway.tags;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.FuzzCorpus;
import dev.stringsvc.gateway.config.ConfigLoader;
import dev.stringsvc.gateway.config.ConfigSource;
import dev.stringsvc.gateway.config.RouteBinder;
import dev.stringsvc.gateway.config.RouteBinder.Bound;
import dev.stringsvc.gateway.config.TagRoute;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Whatever the tags of a service say, they make routes, or are refused with a reason. `-Dfuzz.seed=N`
/// tries others, `-Dfuzz.requests=N` more.
class TagFuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int SERVICES = Integer.getInteger("fuzz.requests", 300);
    private static final List<String> KEYS = List.of(
            "path",
            "host",
            "exact",
            "methods",
            "strip",
            "rewrite",
            "preserve-host",
            "balancer",
            "idempotent",
            "paths",
            "attempts",
            "deadline",
            "request-body",
            "protocol",
            "a.path",
            "a.b.host",
            "",
            "pth",
            "\u0000");
    private static final List<String> VALUES = List.of(
            "/a",
            "/{b}/c",
            "/a//b",
            "/..",
            "/%2f",
            "true",
            "false",
            "GET,POST",
            "get",
            "10",
            "-1",
            "5s",
            "10MiB",
            "x.org",
            "*.x.org",
            "[::1]",
            "hash header X",
            "h2c",
            "lenient",
            "{b}",
            "=",
            "",
            "\u00e9",
            "a b",
            "/{",
            "99999999999999999999",
            "1e9",
            "$path",
            "redirect=301,https://x$path",
            "strip=/a prepend=/b",
            "proto=tcp");

    private final Random random = new Random(SEED);

    @Test
    void tags_make_routes_or_are_refused_with_a_reason() throws Exception {
        RouteBinder binder = new ConfigSource(Optional.empty(), ConfigLoader.noFlags())
                .load()
                .binder();
        int accepted = 0;
        int refused = 0;
        List<List<String>> services = new ArrayList<>();
        FuzzCorpus.of("tags").forEach(text -> services.add(text.lines().toList()));
        while (services.size() < SERVICES) {
            services.add(random.ints(1 + random.nextInt(4), 0, 10)
                    .mapToObj(this::tag)
                    .toList());
        }
        for (List<String> tags : services) {
            String told = tags + ", with -Dfuzz.seed=" + SEED;
            try {
                for (TagRoute route : ServiceTags.routes("users", tags)) {
                    Bound bound = route.refusal() == null ? binder.bind(route) : new Bound.Refused(route.refusal());
                    switch (bound) {
                        case Bound.Accepted ignored -> accepted++;
                        case Bound.Refused(String reason) -> {
                            refused++;
                            assertThat(reason).as(told).isNotBlank();
                        }
                    }
                }
            } catch (RuntimeException | StackOverflowError e) {
                throw new AssertionError(told, e);
            }
        }
        assertThat(accepted).as("routes").isPositive();
        assertThat(refused).as("refused").isPositive();
    }

    private String tag(int kind) {
        String value = pick(VALUES).repeat(random.nextInt(50) == 0 ? 2_000 : 1);
        return switch (kind) {
            case 0 -> "urlprefix-" + (random.nextBoolean() ? "x.org" : "") + value + " " + pick(VALUES);
            case 1 -> "gateway." + value;
            case 2, 3, 4 -> "gateway.path=" + value;
            default -> "gateway." + pick(KEYS) + "=" + value;
        };
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
