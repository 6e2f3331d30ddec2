package dev.stringsvc.gateway.route;

import dev.stringsvc.gateway.http.Token;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Which of a route's requests go to instances of another kind, a new version say, and which instances
/// these are. All other requests go to the other instances. Where one of the two kinds has no instance
/// that takes requests, the other takes all: a canary never costs an answer.
///
/// @param percent so many of a hundred requests that do not bear the header, 0 to 100; `null` as good
/// as 0
/// @param header requests that bear it are canaries; `null` where none is
/// @param tag the instances that have it; `null` where the tag does not matter
/// @param meta the instances that have all of it, and the tag
public record Canary(
        @Nullable Double percent,
        @Nullable Header header,
        @Nullable String tag,
        Map<String, String> meta) {
    /// @throws IllegalArgumentException whose message is the key, a colon, and what was expected
    public Canary {
        meta = Map.copyOf(meta);
        Check.that(percent != null || header != null, "percent", "a share of the requests, or a header");
        Check.that(percent == null || (percent >= 0 && percent <= 100), "percent", "0 to 100");
        Check.that(tag != null || !meta.isEmpty(), "tag", "a tag of some instances, or their meta");
        Check.that(tag == null || !tag.isBlank(), "tag", "a tag");
    }

    /// A header that a request may bear.
    ///
    /// @param value what it must say; `*` for whatever it says
    public record Header(String name, String value) {
        private static final String EXPECTED = "expected a header such as \"X-Canary: yes\", or \"X-Canary: *\"";

        public Header {
            if (!Token.isValid(name) || value.isEmpty()) {
                throw new IllegalArgumentException(EXPECTED);
            }
        }

        /// Reads a name, a colon and a value; a name alone is borne whatever it says.
        ///
        /// @throws IllegalArgumentException when the text has another form
        public static Header parse(String text) {
            int colon = text.indexOf(':');
            return colon < 0
                    ? new Header(text.strip(), "*")
                    : new Header(
                            text.substring(0, colon), text.substring(colon + 1).strip());
        }

        /// Whether a header of this name says what it must, in the same case.
        public boolean accepts(String said) {
            return value.equals("*") || value.equals(said);
        }

        /// As it stands in a configuration file.
        public String text() {
            return name + ": " + value;
        }
    }
}
