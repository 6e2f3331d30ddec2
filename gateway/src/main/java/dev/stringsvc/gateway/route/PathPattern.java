package dev.stringsvc.gateway.route;

import dev.stringsvc.gateway.http.RequestTarget;
import dev.stringsvc.program.Check;
import dev.stringsvc.program.SettingException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// The paths that a route takes. `/users` matches that path and all below it, segment by segment; in
/// `/users/{id}/orders` the variable matches any one segment that is not empty. A final slash makes no
/// difference. Immutable.
///
/// @param segments the parts between the slashes; variables are in braces
/// @param exact true if paths below it are not taken
/// @param paths says if paths with parameters and encoded slashes are taken; ignored when routes are
/// compared
public record PathPattern(List<String> segments, boolean exact, Paths paths) {
    private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9._~!$&'()+,;=:@%|^\"`\\[\\]-]+");
    private static final Pattern VARIABLE = Pattern.compile("\\{[A-Za-z][A-Za-z0-9_-]*}");

    /// Compares segment by segment from the left: a literal comes before a variable, a variable before
    /// the end; then exact patterns come before others.
    static final Comparator<PathPattern> MOST_SPECIFIC_FIRST = PathPattern::compare;

    public PathPattern {
        segments = List.copyOf(segments);
    }

    /// @throws SettingException when the text has another form
    public static PathPattern parse(String text, boolean exact) {
        return parse("path", text, exact);
    }

    /// @param key the setting that the text comes from
    /// @throws SettingException when the text has another form
    public static PathPattern parse(String key, String text, boolean exact) {
        Check.that(text.startsWith("/"), key, "an absolute path such as /stringsvc");
        String trimmed = text.endsWith("/") ? text.substring(1, Math.max(1, text.length() - 1)) : text.substring(1);
        List<String> segments = trimmed.isEmpty() ? List.of() : List.of(trimmed.split("/", -1));
        Set<String> variables = new HashSet<>();
        for (String segment : segments) {
            boolean variable = VARIABLE.matcher(segment).matches();
            Check.that(
                    segment.indexOf('*') < 0,
                    key,
                    "a path without '*', got '" + text + "': /a takes /a and all below it, and {name} stands for one"
                            + " segment");
            Check.that(
                    !segment.stripTrailing()
                            .endsWith(","), // within a segment, as in /@52.5,13.4, it is a part of the path
                    key,
                    "one path, without ',', got '" + text + "': write one route for each path");
            Check.that(
                    variable || LITERAL.matcher(segment).matches(),
                    key,
                    "segments as they are in a URL, or {names} in braces, got '" + segment + "'");
            Check.that(!segment.equals(".") && !segment.equals(".."), key, "no dot segments");
            Check.that(
                    variable || RequestTarget.isPlain("/" + segment),
                    key,
                    "no ';', and nothing encoded that need not be, or that no path may have, got '" + segment + "'");
            Check.that(!variable || variables.add(segment), key, segment + " only once");
        }
        return new PathPattern(segments, exact, Paths.STRICT);
    }

    /// The same pattern with another setting for unusual paths.
    public PathPattern taking(Paths paths) {
        return new PathPattern(segments, exact, paths);
    }

    private static boolean isVariable(String segment) {
        return segment.startsWith("{");
    }

    private static int compare(PathPattern one, PathPattern other) {
        int common = Math.min(one.segments.size(), other.segments.size());
        for (int i = 0; i < common; i++) {
            int byKind = Boolean.compare(isVariable(one.segments.get(i)), isVariable(other.segments.get(i)));
            if (byKind != 0) {
                return byKind;
            }
            if (!isVariable(one.segments.get(i))) {
                int byText = one.segments.get(i).compareTo(other.segments.get(i));
                if (byText != 0) {
                    return byText;
                }
            }
        }
        int byLength = Integer.compare(other.segments.size(), one.segments.size());
        return byLength != 0 ? byLength : Boolean.compare(other.exact, one.exact);
    }

    /// The names of its variables, without braces.
    Set<String> variables() {
        Set<String> names = new HashSet<>();
        segments.stream().filter(PathPattern::isVariable).forEach(segment -> names.add(nameOf(segment)));
        return names;
    }

    private static String nameOf(String variable) {
        return variable.substring(1, variable.length() - 1);
    }

    /// The path up to the first variable: every path that matches begins with it. Empty for the root.
    String literalPart() {
        var text = new StringBuilder();
        for (String segment : segments) {
            if (isVariable(segment)) {
                break;
            }
            text.append('/').append(segment);
        }
        return text.toString();
    }

    /// @param path absolute, percent-encoded
    boolean matches(String path) {
        return end(path) >= 0;
    }

    /// The end of the part of the path that the pattern describes: the rest is empty or begins with a
    /// slash. -1 where the path does not match.
    int end(String path) {
        int at = 0;
        for (String segment : segments) {
            if (at >= path.length() || path.charAt(at) != '/') {
                return -1;
            }
            int next = path.indexOf('/', at + 1);
            int end = next < 0 ? path.length() : next;
            boolean same = isVariable(segment)
                    ? end > at + 1
                    : end - at - 1 == segment.length() && path.startsWith(segment, at + 1);
            if (!same) {
                return -1;
            }
            at = end;
        }
        if (at == path.length()) {
            return at == 0 ? -1 : at;
        }
        boolean over = at == path.length() - 1;
        return path.charAt(at) == '/' && (over || !exact) ? at : -1;
    }

    /// The end of the part that the pattern describes, in a path that matches without parameters. The
    /// parameters of the last segment follow it, unless that segment is a variable, whose value
    /// includes them.
    int endBeforeParameters(String path) {
        int at = 0;
        for (int i = 0; i < segments.size(); i++) {
            String segment = segments.get(i);
            int next = path.indexOf('/', at + 1);
            boolean literalEnd = i == segments.size() - 1 && !isVariable(segment);
            at = literalEnd ? at + 1 + segment.length() : next < 0 ? path.length() : next;
        }
        return at;
    }

    /// The variables' values in a path that matches, percent-encoded.
    Map<String, String> values(String path) {
        Map<String, String> values = new TreeMap<>();
        int at = 0;
        for (String segment : segments) {
            int next = path.indexOf('/', at + 1);
            int end = next < 0 ? path.length() : next;
            if (isVariable(segment)) {
                values.put(nameOf(segment), path.substring(at + 1, end));
            }
            at = end;
        }
        return values;
    }

    /// True if some path matches both patterns.
    boolean overlaps(PathPattern other) {
        int common = Math.min(segments.size(), other.segments.size());
        for (int i = 0; i < common; i++) {
            String one = segments.get(i);
            if (!isVariable(one) && !isVariable(other.segments.get(i)) && !one.equals(other.segments.get(i))) {
                return false;
            }
        }
        boolean below = segments.size() > common;
        boolean otherBelow = other.segments.size() > common;
        return !(below && other.exact) && !(otherBelow && exact);
    }

    /// True if every path of the other is this path or below it.
    public boolean covers(PathPattern other) {
        if (other.segments.size() < segments.size()) {
            return false;
        }
        for (int i = 0; i < segments.size(); i++) {
            if (!isVariable(segments.get(i)) && !segments.get(i).equals(other.segments.get(i))) {
                return false;
            }
        }
        return true;
    }

    /// True for `/`.
    public boolean isRoot() {
        return segments.isEmpty();
    }

    /// True if this pattern begins with all segments of the other, as they are written.
    boolean beginsWith(PathPattern other) {
        return segments.size() >= other.segments.size()
                && segments.subList(0, other.segments.size()).equals(other.segments);
    }

    String inWords() {
        return exact ? this + " itself" : this + " or below it";
    }

    @Override
    public String toString() {
        return "/" + String.join("/", segments);
    }
}
