package dev.stringsvc.gateway.grpc;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// A path template of `google.api.http`, such as `/v1/{name=shelves/*}/books:search`. Immutable.
///
/// Source: the comment of HttpRule in google/api/http.proto.
///
/// @param segments literals, `*` for one segment, or `**` at the end for any number of them
/// @param variables in the order in which they stand
/// @param verb what follows the last colon; empty for none
record PathTemplate(List<String> segments, List<Variable> variables, String verb) {
    private static final String ONE = "*";
    private static final String ANY_NUMBER = "**";
    private static final Pattern LITERAL = Pattern.compile("[A-Za-z0-9._~!$&'()+,;=@%-]+");
    private static final Pattern FIELD_PATH = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)*");
    private static final Pattern ENCODED_SLASH = Pattern.compile("%2[fF]");

    /// The most specific first: literals before `*`, `*` before `**`, longer before shorter.
    static final Comparator<PathTemplate> MOST_SPECIFIC_FIRST = PathTemplate::compare;

    /// A field whose value is a part of the path.
    ///
    /// @param field names, separated by dots
    /// @param from the first of its segments
    /// @param to the segment after its last one
    record Variable(String field, int from, int to) {}

    PathTemplate {
        segments = List.copyOf(segments);
        variables = List.copyOf(variables);
    }

    /// @throws IllegalArgumentException if the text is not a template
    static PathTemplate parse(String text) {
        return new Parser(text).template();
    }

    private static final class Parser {
        private final String text;
        private final List<String> segments = new ArrayList<>();
        private final List<Variable> variables = new ArrayList<>();
        private int at;

        Parser(String text) {
            this.text = text;
        }

        PathTemplate template() {
            expect('/');
            segments();
            String verb = "";
            if (at < text.length() && text.charAt(at) == ':') {
                verb = text.substring(at + 1);
                check(LITERAL.matcher(verb).matches(), "a verb after the colon");
                at = text.length();
            }
            check(at == text.length(), "the end");
            int many = segments.indexOf(ANY_NUMBER);
            check(many < 0 || many == segments.size() - 1, "** only at the end");
            Set<String> fields = new HashSet<>();
            variables.forEach(variable -> check(fields.add(variable.field()), variable.field() + " only once"));
            return new PathTemplate(segments, variables, verb);
        }

        private void segments() {
            segment();
            while (at < text.length() && text.charAt(at) == '/') {
                at++;
                segment();
            }
        }

        private void segment() {
            if (at < text.length() && text.charAt(at) == '{') {
                variable();
                return;
            }
            int end = at;
            while (end < text.length() && "/:{}=".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            String segment = text.substring(at, end);
            check(
                    segment.equals(ONE)
                            || segment.equals(ANY_NUMBER)
                            || LITERAL.matcher(segment).matches(),
                    "a segment, * or **");
            segments.add(segment);
            at = end;
        }

        private void variable() {
            at++;
            int end = at;
            while (end < text.length() && "=}".indexOf(text.charAt(end)) < 0) {
                end++;
            }
            String field = text.substring(at, end);
            check(FIELD_PATH.matcher(field).matches(), "the name of a field");
            at = end;
            int from = segments.size();
            if (at < text.length() && text.charAt(at) == '=') {
                at++;
                check(text.indexOf('{', at) < 0 || text.indexOf('{', at) > text.indexOf('}', at), "no variable in one");
                segments();
            } else {
                segments.add(ONE);
            }
            expect('}');
            variables.add(new Variable(field, from, segments.size()));
        }

        private void expect(char c) {
            check(at < text.length() && text.charAt(at) == c, "'" + c + "'");
            at++;
        }

        private void check(boolean valid, String expected) {
            if (!valid) {
                throw new IllegalArgumentException(
                        "the path template '%s': expected %s at character %d".formatted(text, expected, at + 1));
            }
        }
    }

    /// The values of the variables in a path, by field; empty if the path does not match.
    ///
    /// @param path absolute, percent-encoded
    Optional<Map<String, String>> match(String path) {
        String whole = path.substring(1);
        if (!verb.isEmpty()) {
            if (!whole.endsWith(":" + verb)) {
                return Optional.empty();
            }
            whole = whole.substring(0, whole.length() - verb.length() - 1);
        }
        String[] parts = whole.split("/", -1);
        boolean open = segments.getLast().equals(ANY_NUMBER);
        if (open ? parts.length < segments.size() - 1 : parts.length != segments.size()) {
            return Optional.empty();
        }
        for (int i = 0; i < segments.size() && !segments.get(i).equals(ANY_NUMBER); i++) {
            boolean matches = segments.get(i).equals(ONE)
                    ? !parts[i].isEmpty()
                    : segments.get(i).equals(parts[i]);
            if (!matches) {
                return Optional.empty();
            }
        }
        Map<String, String> values = new HashMap<>();
        variables.forEach(variable -> values.put(variable.field(), value(variable, parts)));
        return Optional.of(values);
    }

    /// A value of one segment is decoded as a whole. In one of several segments, encoded slashes stay
    /// as they are.
    private String value(Variable variable, String[] parts) {
        boolean open = segments.get(variable.to() - 1).equals(ANY_NUMBER);
        int to = open ? parts.length : variable.to();
        String text = String.join("/", List.of(parts).subList(Math.min(variable.from(), to), to));
        boolean single = variable.to() - variable.from() == 1 && !open;
        return decode(
                single
                        ? text
                        : ENCODED_SLASH
                                .matcher(text)
                                .replaceAll(found -> "%25" + found.group().substring(1)));
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /// In the form of a template, without the names of variables.
    String text() {
        return "/" + String.join("/", segments) + (verb.isEmpty() ? "" : ":" + verb);
    }

    /// True if both match the same paths.
    boolean isSameAs(PathTemplate other) {
        return segments.equals(other.segments) && verb.equals(other.verb);
    }

    private static int compare(PathTemplate one, PathTemplate other) {
        int common = Math.min(one.segments.size(), other.segments.size());
        for (int i = 0; i < common; i++) {
            int byKind = Integer.compare(rank(one.segments.get(i)), rank(other.segments.get(i)));
            if (byKind != 0) {
                return byKind;
            }
        }
        int byLength = Integer.compare(other.segments.size(), one.segments.size());
        return byLength != 0 ? byLength : Boolean.compare(one.verb.isEmpty(), other.verb.isEmpty());
    }

    private static int rank(String segment) {
        return switch (segment) {
            case ONE -> 1;
            case ANY_NUMBER -> 2;
            default -> 0;
        };
    }
}
