package dev.stringsvc.program;

import java.time.Duration;

/// A duration as Go prints it, in the largest unit that keeps a whole part: `629ns`, `1.204ms`, `2.5s`, `1m3s`.
final class GoDuration {
    private static final Duration MICROSECOND = Duration.ofNanos(1_000);
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration SECOND = Duration.ofSeconds(1);

    private GoDuration() {}

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

    /// Three digits after the point at the most, without zeros at the end.
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
