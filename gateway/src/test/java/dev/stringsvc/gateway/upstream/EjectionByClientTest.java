package dev.stringsvc.gateway.upstream;

import static dev.stringsvc.gateway.upstream.Verdict.FAILED;
import static dev.stringsvc.gateway.upstream.Verdict.SLOW;
import static dev.stringsvc.gateway.upstream.Verdict.UNREACHED;
import static dev.stringsvc.gateway.upstream.Verdict.WELL;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.http.ClientAddress;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How the failures of one client and of several count in a circuit.
class EjectionByClientTest {
    private static final int ATTACKER = tag("127.0.0.66");
    private static final int OTHER_ATTACKER = tag("127.0.0.67");
    private static final int THIRD_ATTACKER = tag("127.0.0.68");

    private final ManualClock clock = new ManualClock();
    private final Circuit circuit = new Circuit(Policies.EJECTION, clock);

    private static int tag(String address) {
        return address.isEmpty() ? ClientTag.UNKNOWN : ClientTag.of(ClientAddress.bits(InetAddress.ofLiteral(address)));
    }

    private static int innocent(int number) {
        return tag("127.1.0." + number);
    }

    private void attempt(Verdict verdict, int client) {
        clock.advance(Duration.ofMillis(110)); // slow responses within 100 ms count as one
        circuit.attempted(verdict, client);
    }

    private void attempts(int count, Verdict verdict, int client) {
        IntStream.range(0, count).forEach(n -> attempt(verdict, client));
    }

    @ParameterizedTest
    @EnumSource(names = {"FAILED", "SLOW"})
    void one_client_does_not_eject_what_does_well_for_another(Verdict verdict) {
        for (int i = 0; i < 100; i++) {
            attempt(WELL, innocent(1));
            attempts(50, verdict, ATTACKER);
        }
        assertThat(circuit.closed()).isTrue();
    }

    @Test
    void not_even_if_its_own_requests_go_well_too() {
        for (int i = 0; i < 100; i++) {
            attempt(WELL, innocent(i % 2));
            attempts(30, FAILED, ATTACKER);
            attempts(10, WELL, ATTACKER);
        }
        assertThat(circuit.closed()).isTrue();
    }

    @Test
    void nor_from_the_very_first_request_on() {
        attempts(4, FAILED, ATTACKER);
        attempt(WELL, innocent(1));
        attempts(90, FAILED, ATTACKER);
        assertThat(circuit.closed()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 20, 100})
    void two_clients_do_not_either(int innocents) {
        for (int i = 0; i < 300; i++) {
            attempt(WELL, innocent(i % innocents));
            attempts(15, FAILED, ATTACKER);
            attempts(15, FAILED, OTHER_ATTACKER);
        }
        assertThat(circuit.closed()).isTrue();
    }

    @Test
    void three_clients_do() {
        attempts(20, WELL, innocent(1));
        attempts(2, FAILED, ATTACKER);
        attempts(2, FAILED, OTHER_ATTACKER);
        assertThat(circuit.closed()).isTrue();
        attempt(FAILED, THIRD_ATTACKER);
        assertThat(circuit.closed()).isFalse();
    }

    @Test
    void one_client_ejects_once_nobody_else_does_well_any_more() {
        attempt(WELL, innocent(1));
        attempts(50, FAILED, ATTACKER);
        assertThat(circuit.closed()).isTrue();
        clock.advance(Duration.ofSeconds(10));
        attempt(FAILED, ATTACKER);
        assertThat(circuit.closed()).isFalse();
    }

    @Test
    void the_only_client_ejects_as_ever() {
        attempts(100, WELL, ATTACKER);
        attempts(4, FAILED, ATTACKER);
        assertThat(circuit.closed()).isTrue();
        attempt(FAILED, ATTACKER);
        assertThat(circuit.closed()).isFalse();
    }

    /// The clients take turns.
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 20, 200})
    void what_fails_for_everybody_is_ejected_by_the_fifth_failure(int clients) {
        for (int i = 0; i < 10 * clients; i++) {
            attempt(WELL, innocent(i % clients));
        }
        for (int i = 0; i < 5; i++) {
            assertThat(circuit.closed()).as("after %d failures", i).isTrue();
            attempt(FAILED, innocent(i % clients));
        }
        assertThat(circuit.closed()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 20, 200})
    void what_fails_two_of_three_requests_of_everybody_is_ejected(int clients) {
        var random = new Random(clients);
        int failures = 0;
        for (int i = 0; i < 300 && circuit.closed(); i++) {
            boolean fails = i % 3 != 0;
            failures += fails ? 1 : 0;
            attempt(fails ? FAILED : WELL, innocent(random.nextInt(clients)));
        }
        assertThat(circuit.closed()).isFalse();
        assertThat(failures).isLessThan(40);
    }

    @Test
    void what_nobody_can_reach_is_ejected_whoever_asks() {
        attempt(WELL, innocent(1));
        attempts(4, UNREACHED, ATTACKER);
        assertThat(circuit.closed()).isTrue();
        attempt(UNREACHED, ATTACKER);
        assertThat(circuit.closed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"1, 0.5", "2, 0.5", "3, 0.5", "1000, 0.05", "1000, 0.1", "1000, 0.2", "1000, 1", "5, 0.05"})
    void holds_whatever_is_configured(int failures, double rate) {
        var usual = Policies.EJECTION;
        var ejection = new Ejection(
                failures,
                rate,
                usual.slowFactor(),
                usual.slowFloor(),
                usual.probeAfter(),
                usual.probeLongest(),
                usual.maxShare());
        var other = new Circuit(ejection, clock);
        for (int i = 0; i < 300; i++) {
            other.attempted(WELL, innocent(1));
            IntStream.range(0, 60).forEach(n -> other.attempted(FAILED, ATTACKER));
        }
        assertThat(other.closed()).as("one client, another does well").isTrue();
        IntStream.range(0, 2_000).forEach(n -> other.attempted(FAILED, innocent(n % 10)));
        assertThat(other.closed()).as("fails for everybody").isFalse();
    }

    private void eject() {
        attempt(WELL, innocent(1));
        attempts(5, UNREACHED, ATTACKER);
        assertThat(circuit.closed()).isFalse();
    }

    @Test
    void a_client_whose_probes_fail_leaves_the_next_ones_to_others() {
        eject();
        clock.advance(Duration.ofMillis(5_001));
        for (int i = 0; i < 3; i++) {
            assertThat(circuit.tryProbe(ATTACKER)).isTrue();
        }
        IntStream.range(0, 3).forEach(n -> circuit.probed(FAILED, ATTACKER));
        clock.advance(Duration.ofSeconds(11));
        assertThat(circuit.tryProbe(ATTACKER)).isFalse();
        for (int i = 0; i < 3; i++) {
            assertThat(circuit.tryProbe(innocent(1))).isTrue();
            circuit.probed(WELL, innocent(1));
        }
        assertThat(circuit.closed()).isTrue();
    }

    @Test
    void it_probes_after_twice_the_time_if_nobody_else_did() {
        eject();
        clock.advance(Duration.ofMillis(5_001));
        for (int i = 0; i < 3; i++) {
            assertThat(circuit.tryProbe(ATTACKER)).isTrue();
        }
        IntStream.range(0, 3).forEach(n -> circuit.probed(SLOW, ATTACKER));
        clock.advance(Duration.ofMillis(20_001));
        assertThat(circuit.tryProbe(ATTACKER)).isTrue();
    }

    @Test
    void one_client_does_not_keep_an_instance_from_coming_back_in_a_panic() {
        eject();
        circuit.triedAnyway(WELL, innocent(1));
        for (int i = 0; i < 10; i++) {
            circuit.triedAnyway(FAILED, ATTACKER);
            circuit.triedAnyway(WELL, innocent(1));
        }
        assertThat(circuit.closed()).isTrue();
    }

    @Test
    void two_clients_whose_requests_fail_in_turn_do() {
        eject();
        for (int i = 0; i < 100; i++) {
            circuit.triedAnyway(WELL, innocent(1));
            circuit.triedAnyway(FAILED, innocent(i % 2));
        }
        assertThat(circuit.closed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1, true",
        "10.0.0.1, 10.0.0.2, false",
        "2001:db8:1:2::1, 2001:db8:1:2:3:4:5:6, true",
        "2001:db8:1:2:3:4:5:6, 2001:db8:1:3:3:4:5:6, false",
        "2001:db8::1, 2001:db8:0:0:9:4:5:6, true",
        "2001:db8::1, 2001:db8:0:1:9:4:5:6, false",
        "::1, ::2, true",
        "1::, 1::2, true",
        "1::, 2::, false",
        "0:0:0:1:2:3:4:5, ::1:2:3:4:5, true",
        "0:1:2:3:4:5:6:7, 0:1:2:3::, true",
        "1:2:3:4::, 1:2:3::, false",
        "'', 10.0.0.1, false"
    })
    void clients_are_told_apart_by_address_or_ipv6_prefix(String one, String other, boolean same) {
        assertThat(tag(one) == tag(other)).isEqualTo(same);
    }
}
