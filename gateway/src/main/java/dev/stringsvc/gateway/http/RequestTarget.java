package dev.stringsvc.gateway.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads a request's target so that no two readers understand different things: routes are matched on
/// the path's normal form, and the instance gets that form. An ordinary path costs one look at each
/// character.
public final class RequestTarget {
    private static final String PERCENT = "%25";
    private static final char DELETE = 0x7f;
    private static final int NONE = -1;

    /// Characters that browsers send unencoded in a path, although RFC 3986 requires encoding.
    private static final String VERBATIM = "[]{}|^\"`";

    private static final String LENIENT = "`paths: lenient`";

    private RequestTarget() {}

    /// The normal form of a path (RFC 3986, section 6.2.2): characters that need no percent-encoding
    /// are decoded, and hexadecimal digits are upper case. `null` if the path must be refused: it
    /// contains characters that must be encoded, encoded separators or control characters, bytes that
    /// are not UTF-8, or dot segments, or would contain them if it were decoded twice.
    ///
    /// @param raw as the client wrote it, without the query
    public static @Nullable String path(String raw) {
        return path(raw, false);
    }

    /// The same, except that encoded slashes stay as the client wrote them. Also `null` if the path
    /// would contain dot segments or begin with two slashes once these slashes were decoded.
    ///
    /// @param raw as the client wrote it, without the query
    public static @Nullable String lenientPath(String raw) {
        return path(raw, true);
    }

    private static @Nullable String path(String raw, boolean slashes) {
        if (!raw.startsWith("/") || raw.startsWith("//")) {
            return null;
        }
        boolean encoded = false;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            encoded |= c == '%';
            if (c != '%' && c != '/' && !isPathCharacter(c)) {
                return null;
            }
        }
        @Nullable String normal = encoded ? normal(raw, false, slashes) : raw;
        if (normal == null || hasDotSegment(withSlashes(normal)) || beginsWithTwoSlashes(normal)) {
            return null;
        }
        return normal.contains(PERCENT) && twice(normal, slashes) == null ? null : normal;
    }

    /// True if a path begins with two slashes, the second perhaps encoded; some readers take what
    /// follows for a host name.
    public static boolean beginsWithTwoSlashes(String path) {
        return path.startsWith("//") || path.startsWith("/%2F") || path.startsWith("/%2f");
    }

    /// The path without the parameters of its segments (`;x=1`).
    public static String withoutParameters(String path) {
        if (path.indexOf(';') < 0) {
            return path;
        }
        var bare = new StringBuilder(path.length());
        boolean parameter = false;
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            parameter = c == ';' || (parameter && c != '/');
            if (!parameter) {
                bare.append(c);
            }
        }
        return bare.toString();
    }

    /// The path as a careless instance might read it: decoded twice, without parameters and without
    /// empty segments. Returns the path itself if that makes no difference. Only the route table uses
    /// it: a path that matches another route in this reading may be an attempt to evade a route.
    ///
    /// @param path in normal form
    public static String carelesslyRead(String path) {
        if (path.indexOf('%') < 0 && path.indexOf(';') < 0 && !path.contains("//")) {
            return path;
        }
        return withoutEmptySegments(withoutParameters(decoded(decoded(path))));
    }

    /// The path as careless instances might read it that decode it never, once or twice. The readings
    /// differ if a parameter contains an encoded slash.
    ///
    /// @param path from [#lenientPath]
    public static List<String> carelessReadings(String path) {
        String once = decoded(path);
        return Stream.of(path, once, decoded(once))
                .map(RequestTarget::withoutParameters)
                .map(RequestTarget::withoutEmptySegments)
                .toList();
    }

    private static String withoutEmptySegments(String path) {
        var bare = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean empty = c == '/' && !bare.isEmpty() && bare.charAt(bare.length() - 1) == '/';
            if (!empty) {
                bare.append(c);
            }
        }
        return bare.toString();
    }

    /// Decodes slashes, percent signs and characters that a path may contain unencoded, once.
    private static String decoded(String path) {
        var decoded = new StringBuilder(path.length());
        for (int i = 0; i < path.length(); i++) {
            int hex = hexAt(path, i);
            boolean literal = hex == '/' || hex == '%' || (hex != NONE && isPathCharacter((char) hex));
            decoded.append(literal ? (char) hex : path.charAt(i));
            i += literal ? 2 : 0;
        }
        return decoded.toString();
    }

    /// Explains in a sentence for the client why a path has no normal form.
    ///
    /// @param raw as the client wrote it, without the query
    public static String fault(String raw) {
        if (!raw.startsWith("/") || raw.startsWith("//")) {
            return "The path must begin with one slash.";
        }
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c != '%' && c != '/' && !isPathCharacter(c)) {
                return "The path holds %s, which must be percent-encoded.".formatted(named(c));
            }
            int hex = hexAt(raw, i);
            if (c == '%' && hex == NONE) {
                return "The path holds '%' without two hexadecimal digits behind it.";
            }
            if (hex != NONE && hex != '/' && isForbidden(hex)) {
                return "The path holds '%s', which no route takes.".formatted(raw.substring(i, i + 3));
            }
        }
        if (lenientPath(raw) != null) {
            return "The path holds '%s', an encoded slash, which a route takes only where it says %s."
                    .formatted(encodedSlash(raw), LENIENT);
        }
        @Nullable String normal = normal(raw, false, true);
        if (normal == null) {
            return "The path is not UTF-8 once it is decoded.";
        }
        if (hasDotSegment(withSlashes(normal))) {
            return "The path holds a segment '.' or '..', in whatever spelling, which no route takes.";
        }
        return beginsWithTwoSlashes(normal)
                ? "The path must begin with one slash."
                : "The path holds '%25', and what no route takes if it is decoded twice.";
    }

    /// Explains in a sentence for the client why a path is refused that takes another route if it is
    /// read carelessly.
    ///
    /// @param path in normal form
    public static String ambiguity(String path) {
        if (path.indexOf(';') >= 0) {
            return "The path holds ';' and takes another route without that parameter, which a route ignores only"
                    + " where it says " + LENIENT + ".";
        }
        if (!withSlashes(path).equals(path)) {
            return "The path holds '%s' and takes another route with a plain slash instead."
                    .formatted(encodedSlash(path));
        }
        return path.contains("//")
                ? "The path holds '//' and takes another route with one slash instead."
                : "The path holds '%' and takes another route if it is decoded once more.";
    }

    private static String encodedSlash(String path) {
        return path.contains("%2f") ? "%2f" : "%2F";
    }

    private static String named(char c) {
        return c > ' ' && c < DELETE ? "'" + c + "'" : "U+%04X".formatted((int) c);
    }

    /// True if a query can be sent on byte for byte: it must be printable ASCII without `#`. That
    /// accepts more than RFC 3986 does, as in common use.
    public static boolean isQuery(String query) {
        for (int i = 0; i < query.length(); i++) {
            char c = query.charAt(i);
            if (c <= ' ' || c >= DELETE || c == '#') {
                return false;
            }
        }
        return true;
    }

    /// True if a path is in normal form and careless readers read it in the same way.
    public static boolean isPlain(String path) {
        return path.equals(path(path)) && path.equals(carelesslyRead(path));
    }

    /// The path decoded once more; `null` if that must be refused.
    private static @Nullable String twice(String normal, boolean slashes) {
        @Nullable String twice = normal(normal.replace(PERCENT, "%"), true, slashes);
        return twice == null || hasDotSegment(withSlashes(twice)) ? null : twice;
    }

    /// @param percents true if a percent sign may stand for itself
    /// @param slashes true if encoded slashes are allowed; they stay as they are
    private static @Nullable String normal(String raw, boolean percents, boolean slashes) {
        var normal = new StringBuilder(raw.length());
        var bytes = ByteBuffer.allocate(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            int hex = hexAt(raw, i);
            if (hex == NONE) {
                if (c == '%' && !percents) {
                    return null;
                }
                normal.append(c);
                bytes.put((byte) c);
                continue;
            }
            boolean slash = hex == '/' && slashes;
            if (!slash && isForbidden(hex)) {
                return null;
            }
            bytes.put((byte) hex);
            if (slash) {
                normal.append(raw, i, i + 3);
            } else if (isUnreserved((char) hex)) {
                normal.append((char) hex);
            } else {
                normal.append('%')
                        .append(Character.toUpperCase(raw.charAt(i + 1)))
                        .append(Character.toUpperCase(raw.charAt(i + 2)));
            }
            i += 2;
        }
        return isUtf8(bytes.flip()) ? normal.toString() : null;
    }

    /// True if a path must not contain this byte in encoded form.
    private static boolean isForbidden(int hex) {
        return hex < ' ' || hex == DELETE || hex == '/' || hex == '\\';
    }

    private static String withSlashes(String normal) {
        return normal.indexOf('%') < 0 ? normal : normal.replace("%2F", "/").replace("%2f", "/");
    }

    private static boolean isUtf8(ByteBuffer bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /// The percent-encoded byte at this position, or [#NONE].
    private static int hexAt(String text, int at) {
        if (text.charAt(at) != '%' || at + 2 >= text.length()) {
            return NONE;
        }
        int high = digit(text.charAt(at + 1));
        int low = digit(text.charAt(at + 2));
        return high < 0 || low < 0 ? NONE : high * 16 + low;
    }

    private static int digit(char c) {
        return c < DELETE ? Character.digit(c, 16) : NONE;
    }

    /// True if a segment is one or two dots, with or without parameters.
    private static boolean hasDotSegment(String normal) {
        for (int slash = 0; slash >= 0; slash = normal.indexOf('/', slash + 1)) {
            int end = slash + 1;
            while (end < normal.length() && normal.charAt(end) == '.') {
                end++;
            }
            int dots = end - slash - 1;
            boolean over = end == normal.length()
                    || normal.charAt(end) == '/'
                    || normal.charAt(end) == ';'
                    || normal.startsWith("%3B", end);
            if ((dots == 1 || dots == 2) && over) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnreserved(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "-._~".indexOf(c) >= 0;
    }

    /// True for a character that a segment may contain unencoded, except the percent sign.
    private static boolean isPathCharacter(char c) {
        return isUnreserved(c) || "!$&'()*+,;=:@".indexOf(c) >= 0 || VERBATIM.indexOf(c) >= 0;
    }
}
