package dev.stringsvc.gateway.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.client.Exchange;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TelemetryTest {
    private static List<Exchange.Made> made(@Nullable String instance) {
        return instance == null
                ? List.of()
                : List.of(new Exchange.Made(instance, () -> "answered 200", false, Duration.ZERO, Duration.ZERO));
    }

    private static Exchange exchange(String route, int status, @Nullable String instance) {
        return new Exchange(
                "GET", "/", status, 0, Duration.ofMillis(1), route, "svc", made(instance), "id", null, null, null);
    }

    private static long timers(Telemetry telemetry) {
        return telemetry
                .scrape(null)
                .text()
                .lines()
                .filter(line -> line.startsWith("gateway_request_duration_seconds_count"))
                .count();
    }

    @Test
    void many_routes_and_statuses_are_counted_together_and_none_is_lost() {
        try (var telemetry = new Telemetry(Clock.systemUTC(), false, Optional.empty())) {
            int requests = 0;
            for (int route = 0; route < 100; route++) {
                for (int status = 200; status < 260; status++) {
                    telemetry.finished(exchange("route-" + route, status, null));
                    requests++;
                }
            }
            long bounded = RequestMeters.MOST + 500 + 10;
            assertThat(timers(telemetry)).isLessThanOrEqualTo(bounded);
            double counted = telemetry
                    .scrape(null)
                    .text()
                    .lines()
                    .filter(line -> line.startsWith("gateway_request_duration_seconds_count"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
            assertThat(counted).isEqualTo(requests);
        }
    }
}
