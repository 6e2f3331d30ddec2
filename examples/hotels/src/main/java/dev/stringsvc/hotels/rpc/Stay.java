package dev.stringsvc.hotels.rpc;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;

/// The dates of a stay in a hotel.
///
/// @param in  the day of arrival
/// @param out the day of departure, which is later
public record Stay(LocalDate in, LocalDate out) {
    public Stay {
        if (!out.isAfter(in)) {
            throw new InvalidDate("outDate", "expected a date after " + in + ", got " + out);
        }
    }

    /// A text that is not a date, or a departure that is not after the arrival.
    public static final class InvalidDate extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        private final String parameter;
        private final String problem;

        InvalidDate(String parameter, String problem) {
            super(parameter + ": " + problem);
            this.parameter = parameter;
            this.problem = problem;
        }

        public String parameter() {
            return parameter;
        }

        /// What is wrong, without the parameter's name.
        public String problem() {
            return problem;
        }
    }

    /// @param in  such as 2015-04-09
    /// @throws InvalidDate if one is no date, or `out` is not after `in`
    public static Stay parse(String in, String out) {
        return new Stay(date("inDate", in), date("outDate", out));
    }

    private static LocalDate date(String parameter, String text) {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeException e) {
            throw new InvalidDate(parameter, "expected a date such as 2015-04-09, got " + quoted(text));
        }
    }

    private static String quoted(String text) {
        return '"' + (text.length() > 40 ? text.substring(0, 40) + "…" : text) + '"';
    }

    public long nights() {
        return ChronoUnit.DAYS.between(in, out);
    }
}
