package dev.stringsvc.gateway.route;

import dev.stringsvc.gateway.http.Token;
import dev.stringsvc.program.Check;
import dev.stringsvc.program.SettingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The conditions that a request must meet so that a route takes it. Immutable.
///
/// @param host empty for any host
/// @param methods in upper case; empty for all
/// @param headers by name in any case: the value that one of the request's fields of that name must
/// have, or [#ANY]
public record Predicates(
        Optional<HostPattern> host, PathPattern path, List<String> methods, Map<String, String> headers) {
    /// Accepts any value of a header.
    public static final String ANY = "*";

    private static final Comparator<Optional<HostPattern>> BY_HOST = Comparator.comparing(
                    (Optional<HostPattern> host) -> host.isEmpty())
            .thenComparing(host -> host.orElse(null), Comparator.nullsLast(HostPattern.BY_RANK));

    /// The most specific first: an exact host, then the longest wildcard, then any host; then by path,
    /// see [PathPattern]; then more headers before fewer; then named methods before all methods.
    static final Comparator<Predicates> MOST_SPECIFIC_FIRST = Comparator.comparing(Predicates::host, BY_HOST)
            .thenComparing(Predicates::path, PathPattern.MOST_SPECIFIC_FIRST)
            .thenComparingInt(predicates -> -predicates.headers.size())
            .thenComparing(predicates -> predicates.methods.isEmpty());

    /// @throws SettingException for a value that is not valid
    public Predicates {
        methods = List.copyOf(methods);
        Check.that(
                methods.stream().allMatch(method -> method.matches("[A-Z]+")),
                "methods",
                "methods such as GET or POST");
        var sorted = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        headers.forEach((name, value) -> {
            Check.that(Token.isValid(name), "headers", "names of headers, got '" + name + "'");
            Check.that(sorted.put(name, value) == null, "headers", "'" + name + "' once");
        });
        headers = Collections.unmodifiableSortedMap(sorted);
    }

    /// Every request for the path or below it.
    public static Predicates onPath(String path) {
        return new Predicates(Optional.empty(), PathPattern.parse(path, false), List.of(), Map.of());
    }

    /// True if this method is accepted.
    public boolean allows(String method) {
        return methods.isEmpty() || methods.contains(method);
    }

    /// True if all conditions other than method and path hold.
    boolean holdApartFromMethodAndPath(RequestHead request) {
        if (host.isPresent() && !host.get().matches(request.host())) {
            return false;
        }
        return headers.isEmpty() || missing(request) == null;
    }

    private Map.@Nullable Entry<String, String> missing(RequestHead request) {
        for (Map.Entry<String, String> header : headers.entrySet()) {
            List<String> values = request.header(header.getKey());
            if (header.getValue().equals(ANY) ? values.isEmpty() : !values.contains(header.getValue())) {
                return header;
            }
        }
        return null;
    }

    /// The first condition that does not hold, in words; empty if all hold.
    Optional<String> mismatch(RequestHead request) {
        if (host.isPresent() && !host.get().matches(request.host())) {
            return Optional.of("the host is '" + request.host() + "', not '" + host.get() + "'");
        }
        if (!path.matches(request.path())) {
            return Optional.of("the path is not " + path.inWords());
        }
        Map.@Nullable Entry<String, String> missing = missing(request);
        if (missing != null) {
            return Optional.of(
                    missing.getValue().equals(ANY)
                            ? "there is no header '" + missing.getKey() + "'"
                            : "no header '" + missing.getKey() + "' is '" + missing.getValue() + "'");
        }
        return allows(request.method())
                ? Optional.empty()
                : Optional.of("the method is " + request.method() + ", not " + String.join(" or ", methods));
    }

    /// True if this would take some requests for the other's host and path: it has the same host and
    /// path, or more specific ones. Methods and headers are not compared.
    public boolean takesFrom(Predicates other) {
        boolean hosts = host.isEmpty() || other.host.isEmpty() || host.get().overlaps(other.host.get());
        if (!hosts || !path.overlaps(other.path)) {
            return false;
        }
        int byHost = BY_HOST.compare(host, other.host);
        return byHost < 0 || (byHost == 0 && PathPattern.MOST_SPECIFIC_FIRST.compare(path, other.path) <= 0);
    }

    /// True if some requests match both and neither is more specific.
    boolean tieWith(Predicates other) {
        return MOST_SPECIFIC_FIRST.compare(this, other) == 0
                && host.equals(other.host)
                && (methods.isEmpty() || methods.stream().anyMatch(other.methods::contains))
                && headers.entrySet().stream().allMatch(header -> isCompatible(header, other.headers));
    }

    /// A request may have several fields of one name, so only two required values of one header exclude
    /// each other.
    private static boolean isCompatible(Map.Entry<String, String> header, Map<String, String> others) {
        @Nullable String other = others.get(header.getKey());
        return other == null || other.equals(ANY) || header.getValue().equals(ANY) || other.equals(header.getValue());
    }

    /// The conditions in the form `GET api.example.com/users, X-Version: 2`.
    @Override
    public String toString() {
        List<String> words = new ArrayList<>();
        if (!methods.isEmpty()) {
            words.add(String.join(",", methods));
        }
        words.add(host.map(HostPattern::toString).orElse("") + path);
        String where = String.join(" ", words);
        List<String> given = new ArrayList<>(List.of(where));
        headers.forEach((name, value) -> given.add(name + ": " + value));
        return String.join(", ", given);
    }
}
