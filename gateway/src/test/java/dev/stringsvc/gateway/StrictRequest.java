package dev.stringsvc.gateway;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A request parsed strictly by RFC 9112, without any library; used to compare what a client sent with
/// what an instance got. Several blanks in the first line count as one. One character per byte.
///
/// @param fields `name: value`, the name in lower case
/// @param last true if nothing can follow on the connection
/// @param end the index at which the request ends
record StrictRequest(String method, String target, List<String> fields, String body, boolean last, int end) {
    private static final String TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
    private static final Pattern LINE = Pattern.compile("(" + TOKEN + ") +([!-~]+) +(?i:HTTP)/1\\.([01])");
    private static final Pattern FIELD = Pattern.compile(
            "(" + TOKEN + "):[ \\t]*((?:[!-~\\x80-\\xff](?:[ \\t!-~\\x80-\\xff]*[!-~\\x80-\\xff])?)?)[ \\t]*");
    private static final Pattern CHUNK =
            Pattern.compile("([0-9A-Fa-f]{1,7})(?:[ \\t]*;[ \\t]*" + TOKEN + "(?:[ \\t]*=[ \\t]*" + TOKEN + ")?)*");
    private static final Pattern LENGTH = Pattern.compile("[0-9]{1,9}");

    /// The result of parsing some bytes.
    sealed interface Reading {}

    /// A whole request.
    record Whole(StrictRequest request) implements Reading {}

    /// The beginning of a request.
    record Partial() implements Reading {}

    /// Bytes that are not a request and can't become one.
    record Wrong(String why) implements Reading {}

    private static final class WrongException extends Exception {
        private static final long serialVersionUID = 1;

        private final String why;

        WrongException(String why) {
            super(why);
            this.why = why;
        }
    }

    private static final class PartialException extends Exception {
        private static final long serialVersionUID = 1;
    }

    /// Reads the request that begins at an index.
    static Reading read(String bytes, int from) {
        try {
            return new Whole(new Reader(bytes, from).request());
        } catch (WrongException e) {
            return new Wrong(e.why);
        } catch (PartialException e) {
            return new Partial();
        }
    }

    /// The values of a field, in order.
    List<String> values(String name) {
        return values(fields, name);
    }

    private static List<String> values(List<String> fields, String name) {
        return fields.stream()
                .filter(field -> field.startsWith(name + ": "))
                .map(field -> field.substring(name.length() + 2))
                .toList();
    }

    private static final class Reader {
        private final String bytes;
        private int at;

        Reader(String bytes, int from) {
            this.bytes = bytes;
            this.at = from;
        }

        StrictRequest request() throws WrongException, PartialException {
            Matcher line = matching(LINE, line());
            boolean old = line.group(3).equals("0");
            List<String> fields = fields();
            int hosts = values(fields, "host").size();
            if (hosts > 1 || (hosts == 0 && !old)) {
                throw new WrongException(hosts + " hosts");
            }
            String body = body(fields, old);
            String connection = String.join(",", values(fields, "connection")).toLowerCase(Locale.ROOT);
            return new StrictRequest(
                    line.group(1), line.group(2), fields, body, old || connection.matches(".*\\bclose\\b.*"), at);
        }

        private List<String> fields() throws WrongException, PartialException {
            List<String> fields = new ArrayList<>();
            String line = line();
            while (!line.isEmpty()) {
                Matcher field = matching(FIELD, line);
                fields.add(field.group(1).toLowerCase(Locale.ROOT) + ": " + field.group(2));
                line = line();
            }
            return fields;
        }

        private String body(List<String> fields, boolean old) throws WrongException, PartialException {
            List<String> lengths = values(fields, "content-length");
            List<String> codings = values(fields, "transfer-encoding");
            if (!codings.isEmpty()) {
                if (old
                        || !lengths.isEmpty()
                        || codings.size() > 1
                        || !codings.getFirst().equalsIgnoreCase("chunked")) {
                    throw new WrongException("codings " + codings + ", lengths " + lengths);
                }
                return chunks();
            }
            Optional<String> length = lengths.stream().findFirst();
            if (lengths.stream().distinct().count() > 1
                    || !length.map(text -> LENGTH.matcher(text).matches()).orElse(true)) {
                throw new WrongException("lengths " + lengths);
            }
            return take(length.map(Integer::parseInt).orElse(0));
        }

        private String chunks() throws WrongException, PartialException {
            var body = new StringBuilder();
            while (true) {
                int size = Integer.parseInt(matching(CHUNK, line()).group(1), 16);
                if (size == 0) {
                    fields();
                    return body.toString();
                }
                body.append(take(size));
                if (!line().isEmpty()) {
                    throw new WrongException("a chunk longer than it said");
                }
            }
        }

        private String take(int count) throws PartialException {
            if (bytes.length() - at < count) {
                throw new PartialException();
            }
            at += count;
            return bytes.substring(at - count, at);
        }

        private String line() throws WrongException, PartialException {
            int end = at;
            while (end < bytes.length() && bytes.charAt(end) != '\r' && bytes.charAt(end) != '\n') {
                end++;
            }
            if (end == bytes.length() || (bytes.charAt(end) == '\r' && end + 1 == bytes.length())) {
                throw new PartialException();
            }
            if (!bytes.startsWith("\r\n", end)) {
                throw new WrongException("a line that does not end with CR LF");
            }
            String line = bytes.substring(at, end);
            at = end + 2;
            return line;
        }

        private static Matcher matching(Pattern pattern, String line) throws WrongException {
            Matcher matcher = pattern.matcher(line);
            if (!matcher.matches()) {
                throw new WrongException("'" + line + "'");
            }
            return matcher;
        }
    }
}
