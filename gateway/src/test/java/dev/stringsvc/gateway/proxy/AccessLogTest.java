package dev.stringsvc.gateway.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.client.Exchange;
import dev.stringsvc.program.LogWriter;
import java.io.ByteArrayOutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

class AccessLogTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final LogWriter writer = LogWriter.to(out, 1 << 20);
    private final Queue<Runnable> later = new ArrayDeque<>();
    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private final Clock clock = new Clock() {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    private List<String> lines() {
        writer.close();
        return out.toString(UTF_8).lines().toList();
    }

    private static Exchange exchange(int status, int attempts) {
        var made = new Exchange.Made("i", () -> "answered", false, Duration.ZERO, Duration.ZERO);
        return new Exchange(
                "GET",
                "/p",
                status,
                0,
                Duration.ZERO,
                "r",
                "svc",
                Collections.nCopies(attempts, made),
                "id",
                null,
                null,
                null);
    }

    @Test
    void beyond_the_rate_requests_that_reached_no_instance_are_counted_in_one_line() {
        var log = new AccessLog(writer, clock, new AccessLog.Share(3, 1), later::add);
        for (int i = 0; i < 10; i++) {
            log.finished(exchange(404, 0));
        }
        assertThat(later).hasSize(1);
        later.remove().run();
        assertThat(log.omitted()).isEqualTo(7);
        assertThat(lines()).hasSize(4).last().asString().contains("level=warn", "access lines left out", "omitted=7");
    }

    @Test
    void each_second_has_room_again() {
        var log = new AccessLog(writer, clock, new AccessLog.Share(1, 1), later::add);
        for (int i = 0; i < 5; i++) {
            log.finished(exchange(404, 0));
            log.finished(exchange(404, 0));
            later.remove().run();
            now = now.plusSeconds(1);
        }
        assertThat(lines().stream().filter(line -> line.contains("status=404"))).hasSize(5);
    }

    @Test
    void requests_that_reached_an_instance_always_have_a_line() {
        var log = new AccessLog(writer, clock, new AccessLog.Share(0, 1), later::add);
        log.finished(exchange(404, 0));
        for (int i = 0; i < 100; i++) {
            log.finished(exchange(502, 1));
        }
        assertThat(lines()).hasSize(100).allSatisfy(line -> assertThat(line).contains("status=502"));
    }

    @Test
    void of_successful_requests_only_a_share_has_a_line() {
        var log = new AccessLog(writer, clock, new AccessLog.Share(100, 0.5), later::add);
        for (int i = 0; i < 2_000; i++) {
            log.finished(exchange(200, 1));
        }
        int written = lines().size();
        assertThat(written).isBetween(700, 1_300); // 13 standard deviations
        assertThat(log.omitted()).isEqualTo(2_000 - written);
        assertThat(later).isEmpty();
    }

    @Test
    void failures_and_requests_with_several_attempts_always_have_a_line() {
        var log = new AccessLog(writer, clock, new AccessLog.Share(100, 0), later::add);
        log.finished(exchange(200, 1));
        log.finished(exchange(200, 0));
        log.finished(exchange(200, 2));
        log.finished(exchange(404, 1));
        log.finished(exchange(404, 0));
        log.finished(exchange(500, 1));
        log.finished(exchange(499, 1));
        assertThat(lines().stream().map(line -> line.replaceFirst(".* (status=\\S+ outcome=\\S+) .*", "$1")))
                .containsExactly(
                        "status=200 outcome=ok",
                        "status=404 outcome=client-error",
                        "status=404 outcome=client-error",
                        "status=500 outcome=server-error",
                        "status=499 outcome=client-gone");
    }
}
