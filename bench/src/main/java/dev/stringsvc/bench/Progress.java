package dev.stringsvc.bench;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Prints the progress to standard error.
final class Progress {
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT);

    private Progress() {}

    static void say(String line) {
        System.err.println(CLOCK.format(LocalTime.now(ZoneId.systemDefault())) + " " + line);
    }
}
