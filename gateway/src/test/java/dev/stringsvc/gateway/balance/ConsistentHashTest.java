package dev.stringsvc.gateway.balance;

import static dev.stringsvc.gateway.upstream.Endpoints.id;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Endpoints;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConsistentHashTest {
    private static final int KEYS = 10_000;
    private static final int FEW = ConsistentHash.FEW;

    private static Endpoint pick(String key, List<Endpoint> candidates) {
        return new ConsistentHash(key).pick(candidates);
    }

    /// The node of each of many keys while nothing is in flight.
    private static List<String> homes(List<Endpoint> candidates) {
        return IntStream.range(0, KEYS)
                .mapToObj(n -> id(pick("user-" + n, candidates)))
                .toList();
    }

    @Test
    void a_key_goes_to_the_same_endpoint_in_whatever_order_they_are_listed() {
        List<Endpoint> endpoints = Endpoints.alike(10);
        List<String> homes = homes(endpoints);
        List<Endpoint> shuffled = new ArrayList<>(endpoints);
        Collections.shuffle(shuffled, new Random(1));
        assertThat(homes(shuffled)).isEqualTo(homes);
        assertThat(homes(Endpoints.alike(10))).isEqualTo(homes);
    }

    @ParameterizedTest
    @CsvSource({"alice, i2", "bob, i3", "'', i1", "192.0.2.7, i1", "2001:db8::1, i2", "Zoë, i4"})
    void a_key_goes_where_it_went_before_whatever_runs_now(String key, String id) {
        assertThat(id(pick(key, Endpoints.alike(5)))).isEqualTo(id);
    }

    @Test
    void many_keys_are_spread_about_evenly() {
        Map<String, Integer> counts = new HashMap<>();
        homes(Endpoints.alike(10)).forEach(home -> counts.merge(home, 1, Integer::sum));
        assertThat(counts).hasSize(10);
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(850, 1_150));
    }

    @Test
    void keys_that_differ_in_little_are_spread_too() {
        Map<String, Integer> counts = new HashMap<>();
        List<Endpoint> endpoints = Endpoints.alike(4);
        for (int n = 0; n < 1 << 12; n++) {
            counts.merge(id(pick("10.0." + (n >> 8) + "." + (n & 255), endpoints)), 1, Integer::sum);
        }
        assertThat(counts.values())
                .hasSize(4)
                .allSatisfy(count -> assertThat(count).isBetween(900, 1_150));
    }

    @Test
    void when_an_endpoint_leaves_only_its_keys_move_and_to_all_others() {
        List<Endpoint> endpoints = Endpoints.alike(10);
        List<String> before = homes(endpoints);
        List<String> after = homes(endpoints.subList(0, 9));
        Map<String, Integer> moved = new HashMap<>();
        for (int n = 0; n < KEYS; n++) {
            if (before.get(n).equals("i10")) {
                moved.merge(after.get(n), 1, Integer::sum);
            } else {
                assertThat(after.get(n)).isEqualTo(before.get(n));
            }
        }
        assertThat(moved).hasSize(9);
        assertThat(moved.values()).allSatisfy(count -> assertThat(count).isBetween(70, 155));
    }

    @Test
    void a_newcomer_takes_its_share_and_no_other_key_moves() {
        List<String> before = homes(Endpoints.alike(10));
        List<String> after = homes(Endpoints.alike(11));
        int moved = 0;
        for (int n = 0; n < KEYS; n++) {
            if (!after.get(n).equals(before.get(n))) {
                assertThat(after.get(n)).isEqualTo("i11");
                moved++;
            }
        }
        assertThat(moved).isBetween(KEYS / 11 - 120, KEYS / 11 + 120);
    }

    @Test
    void a_hot_key_fills_no_endpoint_beyond_a_quarter_more_than_the_mean() {
        List<Endpoint> endpoints = Endpoints.alike(10);
        for (int inFlight = 1; inFlight <= 1_000; inFlight++) {
            pick("hot", endpoints).acquire();
            int most = Math.max(FEW, (int) Math.ceil(1.25 * inFlight / 10));
            assertThat(endpoints)
                    .allSatisfy(endpoint -> assertThat(endpoint.inFlight()).isLessThanOrEqualTo(most));
        }
        assertThat(endpoints).filteredOn(endpoint -> endpoint.inFlight() == 125).hasSize(8);
    }

    @Test
    void any_keys_in_any_order_stay_within_the_bound() {
        List<Endpoint> endpoints = Endpoints.alike(7);
        List<Endpoint.Permit> permits = new ArrayList<>();
        var random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            if (!permits.isEmpty() && random.nextInt(100) < 49) {
                permits.remove(random.nextInt(permits.size())).close();
            } else {
                // one of a few keys, of which some are asked for far more often
                Endpoint endpoint = pick("k" + (int) (20 * Math.pow(random.nextDouble(), 3)), endpoints);
                permits.add(endpoint.acquire());
                int most = Math.max(FEW, (int) Math.ceil(1.25 * permits.size() / 7));
                assertThat(endpoint.inFlight()).isLessThanOrEqualTo(most);
            }
        }
    }

    @Test
    void from_a_full_endpoint_a_key_goes_to_the_next_of_its_own_order_and_back() {
        List<Endpoint> endpoints = Endpoints.alike(5);
        Map<String, Integer> seconds = new HashMap<>();
        for (int n = 0; n < 1_000; n++) {
            String key = "user-" + n;
            Endpoint home = pick(key, endpoints);
            List<Endpoint> others = new ArrayList<>(endpoints);
            others.remove(home);
            Endpoint second = pick(key, others);
            List<Endpoint.Permit> permits =
                    Stream.generate(home::acquire).limit(FEW).toList();
            assertThat(pick(key, endpoints)).isEqualTo(second);
            permits.getFirst().close();
            assertThat(pick(key, endpoints)).isEqualTo(home);
            permits.forEach(Endpoint.Permit::close);
            if (id(home).equals("i1")) {
                seconds.merge(id(second), 1, Integer::sum);
            }
        }
        assertThat(seconds).containsOnlyKeys("i2", "i3", "i4", "i5");
    }

    @Test
    void a_key_stays_where_it_is_while_load_is_even() {
        List<Endpoint> endpoints = Endpoints.alike(5);
        List<String> homes = homes(endpoints);
        for (int i = 0; i < 10; i++) {
            endpoints.forEach(Endpoint::acquire);
        }
        assertThat(homes(endpoints)).isEqualTo(homes);
    }
}
