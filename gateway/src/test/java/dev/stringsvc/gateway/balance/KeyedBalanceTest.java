package dev.stringsvc.gateway.balance;

import static dev.stringsvc.gateway.balance.Picks.instance;
import static dev.stringsvc.gateway.balance.Picks.request;
import static dev.stringsvc.gateway.balance.Picks.requestFrom;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.route.Balancing;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which part of a request is its key, and where requests without a key go.
class KeyedBalanceTest {
    private static Picks by(String balancing) {
        return new Picks(
                Balance.of(Balancing.parse(balancing), null), instance(1), instance(2), instance(3), instance(4));
    }

    /// This many users are spread over all instances, and each user always goes to the same instance.
    private static void assertKeyed(Function<String, String> pick) {
        Set<String> all = new HashSet<>();
        for (int n = 0; n < 100; n++) {
            String home = pick.apply("user-" + n);
            all.add(home);
            for (int i = 0; i < 10; i++) {
                assertThat(pick.apply("user-" + n)).isEqualTo(home);
            }
        }
        assertThat(all).containsExactlyInAnyOrder("i1", "i2", "i3", "i4");
    }

    @Test
    void a_header_is_a_key_however_its_name_is_written() {
        Picks picks = by("hash header X-User");
        assertKeyed(user -> picks.of(request("x-user", user)));
        assertThat(picks.of(request("X-USER", "a"))).isEqualTo(picks.of(request("x-user", "a")));
    }

    @Test
    void a_client_address_is_a_key() {
        Picks picks = by("hash client");
        assertKeyed(user -> picks.of(requestFrom(user.replace("user-", "192.0.2."))));
    }

    @Test
    void a_cookie_is_a_key_whatever_stands_around_it() {
        Picks picks = by("hash cookie session");
        assertKeyed(user -> picks.of(request("Cookie", "session=" + user)));
        for (String user : List.of("a", "b", "c", "d", "e", "f", "g", "h")) {
            String home = picks.of(request("cookie", "session=" + user));
            assertThat(picks.of(request("Cookie", "a=b; session=" + user + "; c=d")))
                    .isEqualTo(home);
            assertThat(picks.of(request("Cookie", "a=b;session=" + user))).isEqualTo(home);
            assertThat(picks.of(request("Cookie", "xsession=x; sessionx=x; session; session=" + user + "; session=x")))
                    .isEqualTo(home);
            assertThat(picks.of(request(new HeaderFields().add("Cookie", "a=b").add("Cookie", "session=" + user))))
                    .isEqualTo(home);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"session=", "Session=a", "sessio=a", "session", "", ";;", " ; "})
    void a_request_without_the_cookie_goes_to_any(String cookies) {
        assertThat(by("hash cookie session").counts(request("Cookie", cookies), 1_000))
                .hasSize(4);
    }

    @Test
    void a_request_without_the_header_goes_to_any() {
        assertThat(by("hash header X-User").counts(request(), 1_000)).hasSize(4);
        assertThat(by("hash header X-User").counts(request("X-User", ""), 1_000))
                .hasSize(4);
    }

    @Test
    void retries_follow_the_keys_own_order() {
        Picks picks = by("hash header X-User");
        Set<List<String>> orders = new HashSet<>();
        for (int n = 0; n < 1_000; n++) {
            var request = request("X-User", "user-" + n);
            List<String> order = picks.attempts(request, 4);
            assertThat(order).containsExactlyInAnyOrder("i1", "i2", "i3", "i4");
            assertThat(picks.attempts(request, 4)).isEqualTo(order);
            orders.add(order);
        }
        assertThat(orders).as("all orders there are of four").hasSize(24);
    }

    @Test
    void while_its_instance_is_ejected_a_key_goes_to_the_next_and_no_other_key_moves() {
        Picks picks = by("hash header X-User");
        Map<String, List<String>> orders = new HashMap<>();
        for (int n = 0; n < 100; n++) {
            orders.put("user-" + n, picks.attempts(request("X-User", "user-" + n), 2));
        }
        picks.eject("i2");
        orders.forEach((user, order) -> assertThat(picks.of(request("X-User", user)))
                .isEqualTo(order.getFirst().equals("i2") ? order.getLast() : order.getFirst()));
    }
}
