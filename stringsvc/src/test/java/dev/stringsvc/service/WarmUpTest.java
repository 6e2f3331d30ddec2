package dev.stringsvc.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WarmUpTest {
    private final Logger logger = Logger.getLogger("dev.stringsvc.service");
    private final List<String> messages = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {1, 5, 20, 2_000})
    void logs_nothing_even_if_time_is_short(int millis) {
        var recorder = new Handler() {
            @Override
            public void publish(LogRecord record) {
                messages.add(record.getMessage());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(recorder);
        try {
            WarmUp.run(Duration.ofMillis(millis));
        } finally {
            logger.removeHandler(recorder);
        }
        assertThat(messages).isEmpty();
    }
}
