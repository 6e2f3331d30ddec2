package dev.stringsvc.gateway.config;

import dev.stringsvc.gateway.route.HostPattern;
import dev.stringsvc.gateway.route.PathPattern;
import dev.stringsvc.gateway.route.Predicates;
import dev.stringsvc.program.Check;
import dev.stringsvc.program.SettingException;
import java.util.List;
import java.util.Optional;

/// Which routes some services may have by their tags.
///
/// @param services a name; `*` stands for any characters, `team-a-*`
/// @param hosts those that a route may be for: `api.a.example`, `*.a.example` for all below, `*` for
/// any and for none. Where it is empty a route may name no host
/// @param paths what a route's path may be or be below, by whole segments
/// @param redirects true if a route may send clients elsewhere
public record TagRule(String services, List<String> hosts, List<String> paths, boolean redirects) {
    private static final String ANY = "*";

    /// @throws SettingException for a value that is not valid
    public TagRule {
        Check.that(!services.isBlank(), "services", "a service's name, or the beginning of several: team-a-*");
        hosts = List.copyOf(hosts);
        hosts.forEach(host ->
                Check.that(isHost(host), "hosts", "hosts such as api.a.example, *.a.example or *, got '" + host + "'"));
        paths = List.copyOf(paths);
        Check.that(!paths.isEmpty(), "paths", "at least one path; / allows all");
        for (String path : paths) {
            Check.that(path.startsWith("/"), "paths", "absolute paths such as /a, got '" + path + "'");
            var _ = PathPattern.parse("paths", path, false);
        }
    }

    private static boolean isHost(String text) {
        try {
            return text.equals(ANY) || !HostPattern.parse(text).name().isEmpty();
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    /// True if the service is one of these, and may have a route for that.
    public boolean allows(String service, Predicates asked) {
        return matches(services, service)
                && allowsHost(asked.host())
                && paths.stream()
                        .anyMatch(path -> PathPattern.parse(path, false).covers(asked.path()));
    }

    private boolean allowsHost(Optional<HostPattern> asked) {
        if (hosts.contains(ANY)) {
            return true;
        }
        return asked.isEmpty()
                ? hosts.isEmpty()
                : hosts.stream().anyMatch(host -> HostPattern.parse(host).covers(asked.get()));
    }

    /// Goes back to the last asterisk only: the cost is bounded by the product of both lengths.
    static boolean matches(String pattern, String text) {
        int at = 0;
        int in = 0;
        int asterisk = -1;
        int mark = 0;
        while (in < text.length()) {
            if (at < pattern.length() && pattern.charAt(at) == '*') {
                asterisk = at++;
                mark = in;
            } else if (at < pattern.length() && pattern.charAt(at) == text.charAt(in)) {
                at++;
                in++;
            } else if (asterisk >= 0) {
                at = asterisk + 1;
                in = ++mark;
            } else {
                return false;
            }
        }
        while (at < pattern.length() && pattern.charAt(at) == '*') {
            at++;
        }
        return at == pattern.length();
    }
}
