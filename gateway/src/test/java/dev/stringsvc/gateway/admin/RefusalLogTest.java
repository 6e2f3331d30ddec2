package dev.stringsvc.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.upstream.ManualClock;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import org.junit.jupiter.api.Test;

class RefusalLogTest {
    private static final Logger LOGGER = Logger.getLogger(RefusalLog.class.getName());

    @Test
    void one_line_in_ten_seconds_counts_the_others() {
        var clock = new ManualClock();
        List<String> lines = new ArrayList<>();
        var handler = new Handler() {
            @Override
            public void publish(LogRecord entry) {
                lines.add(new SimpleFormatter().formatMessage(entry));
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        LOGGER.addHandler(handler);
        try {
            var log = new RefusalLog(clock);
            for (int i = 0; i < 5; i++) {
                log.refused("192.0.2." + i, "no token");
            }
            assertThat(lines)
                    .containsExactly(
                            "admin port: refused a request from 192.0.2.0: no token (0 more since the last such line)");
            clock.advance(RefusalLog.INTERVAL);
            log.refused("192.0.2.9", "no token");
            assertThat(lines).hasSize(2).last().asString().contains("192.0.2.9", "4 more");
        } finally {
            LOGGER.removeHandler(handler);
        }
    }
}
