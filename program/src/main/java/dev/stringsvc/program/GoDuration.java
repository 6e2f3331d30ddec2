package dev.stringsvc.program;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Durations as Go writes them: `250ms`, `1.5s`, `1m30s`.
public final class GoDuration {
    private static final int LONGEST_TEXT = 32;
    private static final Pattern PART = Pattern.compile("([0-9]{1,9}(?:\\.[0-9]{1,9})?)(ms|s|m|h)");
    private static final Duration MICROSECOND = Duration.ofNanos(1_000);
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private GoDuration() {}

    /// Reads one or more numbers, each with a unit: `ms`, `s`, `m` or `h`. `0` needs no unit. The
    /// result is rounded to milliseconds.
    ///
    /// @throws IllegalArgumentException if the text has another form
    public static Duration parse(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        BigDecimal millis = BigDecimal.ZERO;
        int end = 0;
        Matcher part = PART.matcher(text);
        while (text.length() <= LONGEST_TEXT && part.find() && part.start() == end) {
            millis = millis.add(new BigDecimal(part.group(1)).multiply(millisIn(part.group(2))));
            end = part.end();
        }
        if (end == 0 || end < text.length()) {
            throw new IllegalArgumentException("expected a duration such as 250ms, 1.5s or 1m30s");
        }
        return Duration.ofMillis(millis.setScale(0, RoundingMode.HALF_UP).longValueExact());
    }

    private static BigDecimal millisIn(String unit) {
        return BigDecimal.valueOf(
                switch (unit) {
                    case "ms" -> 1;
                    case "s" -> 1_000;
                    case "m" -> 60_000;
                    default -> 3_600_000;
                });
    }

    /// Writes a duration in the largest unit in which it is at least 1: `629ns`, `1.204ms`, `2.5s`,
    /// `1m3s`.
    static String format(Duration duration) {
        if (duration.isNegative()) {
            return "-" + format(duration.negated());
        }
        if (duration.compareTo(MICROSECOND) < 0) {
            return duration.toNanos() + "ns";
        }
        if (duration.compareTo(MILLISECOND) < 0) {
            return decimal(duration.toNanos(), 1_000) + "µs";
        }
        if (duration.compareTo(SECOND) < 0) {
            return decimal(duration.toNanos(), 1_000_000) + "ms";
        }
        String minutes = duration.toMinutes() > 0 ? wholeMinutes(duration.toMinutes()) : "";
        return minutes + decimal(duration.toSecondsPart() * 1_000_000_000L + duration.toNanosPart(), 1_000_000_000)
                + "s";
    }

    private static String wholeMinutes(long minutes) {
        return minutes < 60 ? minutes + "m" : minutes / 60 + "h" + minutes % 60 + "m";
    }

    /// At most three digits after the point, without zeros at the end.
    ///
    /// @param nanosPerUnit at least 1,000
    private static String decimal(long nanos, long nanosPerUnit) {
        String whole = Long.toString(nanos / nanosPerUnit);
        int thousandths = (int) (nanos % nanosPerUnit / (nanosPerUnit / 1_000));
        if (thousandths == 0) {
            return whole;
        }
        String digits = Integer.toString(1_000 + thousandths).substring(1);
        int end = digits.length();
        while (digits.charAt(end - 1) == '0') {
            end--;
        }
        return whole + '.' + digits.substring(0, end);
    }
}
