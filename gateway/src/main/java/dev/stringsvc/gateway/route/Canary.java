package dev.stringsvc.gateway.route;

import dev.stringsvc.gateway.http.Token;
import dev.stringsvc.program.Check;
import dev.stringsvc.program.SettingException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Selects the requests of a route that go to canary instances, for example a new version, and says
/// which instances these are. All other requests go to the other instances. If one of the two groups
/// has no available instance the other group takes all requests, so a canary never makes a request
/// fail.
///
/// @param percent the share of requests without the header, 0 to 100; `null` means 0
/// @param header requests with this header are canaries; `null` if no header makes a request one
/// @param tag canary instances have this tag; `null` if the tag does not matter
/// @param meta canary instances have all of these entries
public record Canary(
        @Nullable Double percent,
        @Nullable Header header,
        @Nullable String tag,
        Map<String, String> meta) {
    /// @throws SettingException for a value that is not valid
    public Canary {
        meta = Map.copyOf(meta);
        Check.that(percent != null || header != null, "percent", "a share of the requests, or a header");
        Check.that(percent == null || (percent >= 0 && percent <= 100), "percent", "0 to 100");
        Check.that(tag != null || !meta.isEmpty(), "tag", "a tag of some instances, or their meta");
        Check.that(tag == null || !tag.isBlank(), "tag", "a tag");
    }

    /// A header that makes a request a canary.
    ///
    /// @param value the required value; `*` for any value
    public record Header(String name, String value) {
        private static final String EXPECTED = "expected a header such as \"X-Canary: yes\", or \"X-Canary: *\"";

        public Header {
            if (!Token.isValid(name) || value.isEmpty()) {
                throw new IllegalArgumentException(EXPECTED);
            }
        }

        /// Reads a name, a colon and a value; a name alone accepts any value.
        ///
        /// @throws IllegalArgumentException when the text has another form
        public static Header parse(String text) {
            int colon = text.indexOf(':');
            return colon < 0
                    ? new Header(text.strip(), "*")
                    : new Header(
                            text.substring(0, colon), text.substring(colon + 1).strip());
        }

        /// True if a header of this name has an accepted value; case matters.
        public boolean accepts(String said) {
            return value.equals("*") || value.equals(said);
        }

        /// The text that stands for it in a configuration file.
        public String text() {
            return name + ": " + value;
        }
    }
}
