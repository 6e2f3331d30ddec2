package dev.stringsvc.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Endpoints;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Random numbers from a seed: the same in each run.
class LeastInFlightTest {
    private final Random random = new Random(1);
    private final LeastInFlight balancer = new LeastInFlight(random::nextInt);

    @Test
    void of_any_two_the_one_with_less_in_flight_is_picked() {
        List<Endpoint> endpoints = Endpoints.alike(4);
        List<Endpoint.Permit> permits = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            for (int i = 0; i < n; i++) {
                permits.add(endpoints.get(n).acquire());
            }
        }
        for (int one = 0; one < 4; one++) {
            for (int another = 0; another < 3; another++) {
                int[] draws = {one, another, 0};
                var scripted = new LeastInFlight(bound -> draws[draws[2]++]);
                int second = another < one ? another : another + 1;
                assertThat(scripted.pick(endpoints)).isEqualTo(endpoints.get(Math.min(one, second)));
            }
        }
        permits.forEach(Endpoint.Permit::close);
    }

    @Test
    void while_none_is_busy_each_gets_about_as_much() {
        Map<String, Long> picks = Endpoints.picks(balancer, Endpoints.alike(10), 100_000);
        assertThat(picks).hasSize(10);
        assertThat(picks.values()).allSatisfy(count -> assertThat(count).isBetween(9_500L, 10_500L));
    }

    @Test
    void requests_that_stay_are_spread_almost_evenly() {
        List<Endpoint> endpoints = Endpoints.alike(100);
        for (int i = 0; i < 10_000; i++) {
            balancer.pick(endpoints).acquire();
        }
        // with one draw the busiest would have some 125
        assertThat(endpoints)
                .allSatisfy(endpoint -> assertThat(endpoint.inFlight()).isBetween(90, 103));
    }

    @Test
    void one_that_answers_nothing_gets_nothing_more_while_others_are_free() {
        List<Endpoint> endpoints = Endpoints.alike(4);
        Endpoint stuck = endpoints.get(2);
        for (int i = 0; i < 10_000; i++) {
            Endpoint.Permit permit = balancer.pick(endpoints).acquire();
            if (permit.endpoint() != stuck) {
                permit.close();
            }
        }
        assertThat(stuck.inFlight()).isEqualTo(1);
    }

    @Test
    void the_only_one_is_picked() {
        List<Endpoint> only = Endpoints.alike(1);
        assertThat(balancer.pick(only)).isEqualTo(only.getFirst());
    }
}
