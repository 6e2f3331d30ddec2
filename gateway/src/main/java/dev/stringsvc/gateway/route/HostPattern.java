package dev.stringsvc.gateway.route;

import dev.stringsvc.program.Check;
import dev.stringsvc.program.HostName;
import java.util.Comparator;
import java.util.Locale;

/// One host, `api.example.com`, or all hosts below one, `*.example.com`.
///
/// @param name in lower case; begins with a dot if it stands for all hosts below it
public record HostPattern(String name) {
    private static final int LONGEST_ADDRESS = 47; // in brackets
    private static final String WILDCARD = "*.";

    /// Exact hosts first, then the longest name first.
    static final Comparator<HostPattern> BY_RANK = Comparator.comparing(HostPattern::isWildcard)
            .thenComparingInt(host -> host.isWildcard() ? -host.name.length() : 0);

    /// @throws IllegalArgumentException when the text has another form
    public static HostPattern parse(String text) {
        boolean wildcard = text.startsWith(WILDCARD);
        String host = wildcard ? text.substring(WILDCARD.length()) : text;
        Check.that(
                HostName.areLabels(host) || (!wildcard && isIpv6(host)),
                "host",
                "a host such as api.example.com or *.example.com, of at most " + HostName.LONGEST + " characters");
        return new HostPattern((wildcard ? "." : "") + host.toLowerCase(Locale.ROOT));
    }

    private static boolean isIpv6(String text) {
        if (text.length() < 4 || text.length() > LONGEST_ADDRESS || text.charAt(0) != '[' || !text.endsWith("]")) {
            return false;
        }
        for (int i = 1; i < text.length() - 1; i++) {
            char c = text.charAt(i);
            if (c != ':' && c != '.' && (c > 'f' || Character.digit(c, 16) < 0)) {
                return false;
            }
        }
        return true;
    }

    /// True if some host matches both patterns.
    boolean overlaps(HostPattern other) {
        if (isWildcard() && other.isWildcard()) {
            return name.endsWith(other.name) || other.name.endsWith(name);
        }
        return isWildcard() ? matches(other.name) : other.matches(name);
    }

    /// True if every host that the other matches, this matches too.
    public boolean covers(HostPattern other) {
        return other.isWildcard() ? isWildcard() && other.name.endsWith(name) : matches(other.name);
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
