package dev.stringsvc.hotels.frontend;

import dev.stringsvc.hotels.rpc.Stay;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Reads the parameters of a query. What is missing or malformed is an [Invalid], which names it.
///
/// @param given the value of a parameter; empty if it is not in the query
record Parameters(Function<String, Optional<String>> given) {
    private static final int MOST_IDS = 100;
    private static final int SHOWN = 40;

    /// A parameter that the request lacks, or that has a wrong value.
    static final class Invalid extends RuntimeException {
        private static final long serialVersionUID = 1;

        private final String parameter;

        /// @param problem a part of a sentence, without the end
        Invalid(String parameter, String problem) {
            super(parameter + ": " + problem + ".", null, false, false);
            this.parameter = parameter;
        }

        String parameter() {
            return parameter;
        }

        String sentence() {
            return String.valueOf(getMessage());
        }
    }

    /// `inDate` and `outDate`.
    Stay stay() {
        try {
            return Stay.parse(
                    required("inDate", "a date such as 2015-04-09"), required("outDate", "a date such as 2015-04-10"));
        } catch (Stay.InvalidDate e) {
            throw new Invalid(e.parameter(), e.problem());
        }
    }

    /// `lat` and `lon`; each has a default.
    Place place() {
        return new Place(
                degrees("lat", 90).orElse(Place.SAN_FRANCISCO.lat()),
                degrees("lon", 180).orElse(Place.SAN_FRANCISCO.lon()));
    }

    private Optional<Double> degrees(String parameter, int most) {
        return given.apply(parameter).map(text -> {
            try {
                double number = Double.parseDouble(text);
                if (Math.abs(number) <= most) {
                    return number;
                }
            } catch (NumberFormatException e) {
                // the same answer as to a number that is too large
            }
            throw unexpected(parameter, "a number from -" + most + " to " + most, text);
        });
    }

    /// `locale`; `en` by default.
    String locale() {
        return given.apply("locale").orElse("en");
    }

    /// `details`; false by default.
    boolean details() {
        String text = given.apply("details").orElse("false");
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw unexpected("details", "true or false", text);
        };
    }

    /// `hotelIds`, separated by commas.
    List<String> hotelIds() {
        String text = required("hotelIds", "ids separated by commas, such as 5,3");
        List<String> ids = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        if (ids.stream().anyMatch(String::isEmpty)) {
            throw unexpected("hotelIds", "ids separated by commas, such as 5,3", text);
        }
        if (ids.size() > MOST_IDS) {
            throw new Invalid("hotelIds", "expected at most " + MOST_IDS + " ids, got " + ids.size());
        }
        return ids;
    }

    private String required(String parameter, String expected) {
        return given.apply(parameter)
                .orElseThrow(() -> new Invalid(parameter, "expected " + expected + ", but it is missing"));
    }

    private static Invalid unexpected(String parameter, String expected, String got) {
        String shown = got.length() > SHOWN ? got.substring(0, SHOWN) + "…" : got;
        return new Invalid(parameter, "expected " + expected + ", got \"" + shown + '"');
    }
}
