package dev.stringsvc.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.route.HostPattern;
import dev.stringsvc.gateway.route.PathPattern;
import dev.stringsvc.gateway.route.Predicates;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TagRuleTest {
    private static Predicates asked(@Nullable String host, String path) {
        return new Predicates(
                Optional.ofNullable(host).map(HostPattern::parse), PathPattern.parse(path, false), List.of(), Map.of());
    }

    @ParameterizedTest
    @CsvSource({
        "team-a-*, team-a-1, true",
        "team-a-*, team-a-, true",
        "team-a-*, team-a, false",
        "team-a-*, xteam-a-1, false",
        "*, anything, true",
        "users, users, true",
        "users, users2, false",
        "a*b*c, a-b-b-c, true",
        "a*b*c, a-b-b-d, false",
        "'', '', true"
    })
    void a_services_name_is_compared_with_asterisks(String pattern, String service, boolean matches) {
        assertThat(TagRule.matches(pattern, service)).isEqualTo(matches);
    }

    @Test
    void a_pattern_with_many_asterisks_costs_no_more_than_its_length_allows() {
        assertThat(TagRule.matches("*a".repeat(50) + "b", "a".repeat(20_000))).isFalse();
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            *.a.example, x.a.example, true
            *.a.example, *.a.example, true
            *.a.example, *.b.a.example, true
            *.a.example, a.example, false
            *.a.example, *.example, false
            *.a.example, x.b.example, false
            *.a.example, -, false
            api.example, api.example, true
            api.example, API.example, true
            api.example, *.example, false
            *, any.example, true
            *, *.example, true
            *, -, true
            -, -, true
            -, x.example, false
            """)
    void a_host_must_be_one_of_the_rules(String allowed, String host, boolean allows) {
        var rule = new TagRule("*", allowed == null ? List.of() : List.of(allowed), List.of("/"), false);
        assertThat(rule.allows("s", asked(host, "/"))).isEqualTo(allows);
    }

    @ParameterizedTest
    @CsvSource({
        "/a, /a, true",
        "/a, /a/, true",
        "/a, /a/b, true",
        "/a, '/a/{x}', true",
        "/a, /ab, false",
        "/a, /, false",
        "/a, '/{x}', false",
        "/, '/{x}', true",
        "'/a/{x}', /a/b, true",
        "'/a/{x}', /a, false"
    })
    void a_path_must_be_the_rules_or_below_it(String allowed, String path, boolean allows) {
        var rule = new TagRule("s", List.of(), List.of("/other", allowed), false);
        assertThat(rule.allows("s", asked(null, path))).isEqualTo(allows);
    }
}
