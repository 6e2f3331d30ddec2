package dev.stringsvc.gateway.balance;

import static dev.stringsvc.gateway.upstream.Endpoints.id;
import static dev.stringsvc.gateway.upstream.Endpoints.picks;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.upstream.Balancers;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Endpoints;
import dev.stringsvc.gateway.upstream.Upstream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightedRoundRobinTest {
    private final WeightedRoundRobin balancer = new WeightedRoundRobin();

    private static int[] weights(String text) {
        return Arrays.stream(text.split(" ", -1)).mapToInt(Integer::parseInt).toArray();
    }

    /// Picks this many times and returns the picked candidates' numbers, from 0.
    private int[] picked(List<Endpoint> candidates, int count) {
        return IntStream.range(0, count)
                .map(i -> candidates.indexOf(balancer.pick(candidates)))
                .toArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "1 1 1", "5 1 1", "3 2 1", "7 3", "1 2 3 4 5 6", "1 99", "8 0 4 3", "1000 1"})
    void any_picks_in_a_row_that_make_a_round_are_shared_exactly_by_weight(String text) {
        int[] weights = weights(text);
        int round = IntStream.of(weights).sum();
        int[] picked = picked(Endpoints.of(weights), 3 * round);
        int[] seen = new int[weights.length];
        for (int i = 0; i < picked.length; i++) {
            seen[picked[i]]++;
            if (i >= round) {
                seen[picked[i - round]]--;
            }
            if (i >= round - 1) {
                assertThat(seen).as("after %d picks", i + 1).containsExactly(weights);
            }
        }
    }

    @Test
    void what_divides_all_weights_makes_the_round_shorter() {
        assertThat(picks(balancer, Endpoints.of(100, 200, 300), 6))
                .containsOnly(Map.entry("i1", 1L), Map.entry("i2", 2L), Map.entry("i3", 3L));
    }

    @RepeatedTest(10)
    void parallel_requests_are_shared_exactly_by_weight() {
        assertThat(Endpoints.picksAtOnce(balancer, Endpoints.of(5, 3, 2), 30, 100))
                .containsOnly(Map.entry("i1", 1500L), Map.entry("i2", 900L), Map.entry("i3", 600L));
    }

    @Test
    void a_hundred_instances_of_any_weights_get_their_exact_shares_evenly_spread() {
        var random = new Random(1);
        for (int trial = 0; trial < 5; trial++) {
            int[] weights =
                    IntStream.range(0, 100).map(i -> 1 + random.nextInt(100)).toArray();
            int round = IntStream.of(weights).sum();
            int[] seen = new int[weights.length];
            int[] picked = picked(Endpoints.of(weights), round);
            double farthest = 0;
            for (int i = 0; i < round; i++) {
                int n = picked[i];
                seen[n]++;
                farthest = Math.max(farthest, Math.abs(seen[n] - (i + 1.0) * weights[n] / round));
            }
            assertThat(farthest).as("off its share").isLessThan(4);
            assertThat(seen).containsExactly(weights);
        }
    }

    @Test
    void the_heavy_one_does_not_get_its_turns_at_once() {
        int[] picked = picked(Endpoints.of(50, 10, 10, 10, 10, 10), 1_000);
        for (int from = 0; from + 10 <= picked.length; from++) {
            assertThat(Arrays.stream(picked, from, from + 10)
                            .filter(n -> n == 0)
                            .count())
                    .isBetween(4L, 6L);
        }
    }

    @Test
    void a_weight_of_nothing_gets_nothing_unless_all_are_nothing() {
        assertThat(picks(balancer, Endpoints.of(0, 1, 0, 2), 300))
                .containsOnly(Map.entry("i2", 100L), Map.entry("i4", 200L));
        assertThat(picks(balancer, Endpoints.of(0, 0, 0), 300))
                .containsOnly(Map.entry("i1", 100L), Map.entry("i2", 100L), Map.entry("i3", 100L));
    }

    @Test
    void the_largest_weights_are_shared_too() {
        assertThat(picks(balancer, Endpoints.of(65_535, 65_535, 65_534), 3 * 65_535 - 1))
                .containsOnly(Map.entry("i1", 65_535L), Map.entry("i2", 65_535L), Map.entry("i3", 65_534L));
    }

    @Test
    void weights_may_change_while_instances_run() {
        Upstream upstream = Endpoints.upstream();
        Balancers balancers = Balancers.of(WeightedRoundRobin::new);
        upstream.accept(Endpoints.weighing(1, 1));
        List<Endpoint> before = upstream.endpoints();
        assertThat(picks(candidates -> upstream.pick(List.of(), balancers).orElseThrow(), before, 40))
                .containsOnly(Map.entry("i1", 20L), Map.entry("i2", 20L));
        upstream.accept(Endpoints.weighing(3, 1));
        assertThat(upstream.endpoints()).isEqualTo(before);
        assertThat(picks(candidates -> upstream.pick(List.of(), balancers).orElseThrow(), before, 40))
                .containsOnly(Map.entry("i1", 30L), Map.entry("i2", 10L));
    }

    @Test
    void retries_take_no_turns_of_first_attempts() {
        Upstream upstream = Endpoints.upstream();
        Balancers balancers = Balancers.of(WeightedRoundRobin::new);
        upstream.accept(Endpoints.weighing(2, 1, 1));
        List<String> first = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            Endpoint endpoint = upstream.pick(List.of(), balancers).orElseThrow();
            first.add(id(endpoint));
            assertThat(upstream.pick(List.of(endpoint), balancers).orElseThrow())
                    .isNotEqualTo(endpoint);
        }
        assertThat(first.stream().filter("i1"::equals)).hasSize(200);
        assertThat(first.stream().filter("i2"::equals)).hasSize(100);
    }
}
