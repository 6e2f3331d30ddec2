package dev.stringsvc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.route.Balancing.ConsistentHash;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BalancingTest {
    @Test
    void each_form_names_its_balancer() {
        assertThat(Balancing.parse("round-robin")).isEqualTo(new Balancing.RoundRobin());
        assertThat(Balancing.parse("weighted")).isEqualTo(new Balancing.Weighted());
        assertThat(Balancing.parse("least-in-flight")).isEqualTo(new Balancing.LeastInFlight());
        assertThat(Balancing.parse("hash header X-User"))
                .isEqualTo(new ConsistentHash(new Balancing.Key.Header("X-User")));
        assertThat(Balancing.parse("hash cookie session"))
                .isEqualTo(new ConsistentHash(new Balancing.Key.Cookie("session")));
        assertThat(Balancing.parse("hash client")).isEqualTo(new ConsistentHash(new Balancing.Key.ClientAddress()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "round-robin",
                "weighted",
                "least-in-flight",
                "hash header X-User",
                "hash cookie session",
                "hash client"
            })
    void what_is_written_is_what_was_read(String text) {
        assertThat(Balancing.parse(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "random",
                "Weighted",
                "hash",
                "hash header",
                "hash header ",
                "hash header X User",
                "hash cookie a=b",
                "hash client ip"
            })
    void another_form_is_refused_with_those_there_are(String text) {
        assertThatThrownBy(() -> Balancing.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("expected round-robin, weighted, least-in-flight, hash header NAME,"
                        + " hash cookie NAME or hash client");
    }
}
