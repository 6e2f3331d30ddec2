package dev.stringsvc.gateway.route;

import java.util.Comparator;
import java.util.Locale;
import java.util.regex.Pattern;

/// A host, `api.example.com`, or all hosts below one, `*.example.com`.
///
/// @param name in lower case; begins with a dot where all hosts below it are meant
public record HostPattern(String name) {
    private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final Pattern FORM =
            Pattern.compile("\\[[0-9a-f:.]+]|(?:\\*\\.)?" + LABEL + "(?:\\." + LABEL + ")*");

    /// Exact ones first, then the longest.
    static final Comparator<HostPattern> BY_RANK = Comparator.comparing(HostPattern::isWildcard)
            .thenComparingInt(host -> host.isWildcard() ? -host.name.length() : 0);

    /// @throws IllegalArgumentException when the text has another form
    public static HostPattern parse(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        Check.that(FORM.matcher(lower).matches(), "host", "a host such as api.example.com or *.example.com");
        return new HostPattern(lower.startsWith("*") ? lower.substring(1) : lower);
    }

    boolean isWildcard() {
        return name.startsWith(".");
    }

    /// @param host in lower case, without a port
    boolean matches(String host) {
        return isWildcard() ? host.length() > name.length() && host.endsWith(name) : host.equals(name);
    }

    @Override
    public String toString() {
        return isWildcard() ? "*" + name : name;
    }
}
