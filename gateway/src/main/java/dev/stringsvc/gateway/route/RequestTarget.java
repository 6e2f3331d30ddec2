package dev.stringsvc.gateway.route;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// What a client asks for, so that no two readers of it understand different things: routes are
/// matched on the path's normal form, and that form is what an instance gets. An ordinary path costs
/// one look at each character.
public final class RequestTarget {
    private static final String PERCENT = "%25";
    private static final char DELETE = 0x7f;
    private static final int NONE = -1;

    private RequestTarget() {}

    /// The normal form of a path (RFC 3986, section 6.2.2): what need not be percent-encoded is not,
    /// and hexadecimal digits are upper case. `null` where the path is not to be passed on: it holds
    /// characters that must be encoded, encoded separators or control characters, what is not UTF-8,
    /// or dot segments; or would hold them if it were decoded twice.
    ///
    /// @param raw as the client wrote it, without the query
    public static @Nullable String path(String raw) {
        if (!raw.startsWith("/") || raw.startsWith("//")) {
            return null;
        }
        boolean encoded = false;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            encoded |= c == '%';
            if (c != '%' && c != '/' && !isUnreserved(c) && !isDelimiter(c)) {
                return null;
            }
        }
        @Nullable String normal = encoded ? normal(raw, false) : raw;
        if (normal == null || hasDotSegment(normal)) {
            return null;
        }
        return normal.contains(PERCENT) && twice(normal) == null ? null : normal;
    }

    /// The path as a careless instance might read it: decoded twice, without parameters, with empty
    /// segments left out. The path itself where that makes no difference. It is for the route table
    /// alone: what takes another route when it is read like this means to pass by a route.
    ///
    /// @param path in normal form
    public static String carelesslyRead(String path) {
        if (path.indexOf('%') < 0 && path.indexOf(';') < 0 && !path.contains("//")) {
            return path;
        }
        @Nullable String decoded = path.contains(PERCENT) ? twice(path) : path;
        String read = decoded == null ? path : decoded;
        var bare = new StringBuilder(read.length());
        boolean parameter = false;
        for (int i = 0; i < read.length(); i++) {
            int hex = hexAt(read, i);
            boolean delimiter = hex != NONE && isDelimiter((char) hex);
            char c = delimiter ? (char) hex : read.charAt(i);
            i += delimiter ? 2 : 0;
            parameter = c == ';' || (parameter && c != '/');
            boolean empty = c == '/' && !bare.isEmpty() && bare.charAt(bare.length() - 1) == '/';
            if (!parameter && !empty) {
                bare.append(c);
            }
        }
        return bare.toString();
    }

    /// Whether a query can be sent on byte for byte: printable ASCII it must be, and no fragment
    /// begin in it. That is more than RFC 3986 allows and what is in use.
    public static boolean isQuery(String query) {
        for (int i = 0; i < query.length(); i++) {
            char c = query.charAt(i);
            if (c <= ' ' || c >= DELETE || c == '#') {
                return false;
            }
        }
        return true;
    }

    /// Whether a path is in normal form already, and is the same path to whoever reads it carelessly.
    static boolean isPlain(String path) {
        return path.equals(path(path)) && path.equals(carelesslyRead(path));
    }

    /// Decoded once more; `null` where that is not to be passed on.
    private static @Nullable String twice(String normal) {
        @Nullable String twice = normal(normal.replace(PERCENT, "%"), true);
        return twice == null || hasDotSegment(twice) ? null : twice;
    }

    /// @param lenient whether a percent sign may stand for itself
    private static @Nullable String normal(String raw, boolean lenient) {
        var normal = new StringBuilder(raw.length());
        var bytes = ByteBuffer.allocate(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            int hex = hexAt(raw, i);
            if (hex == NONE) {
                if (c == '%' && !lenient) {
                    return null;
                }
                normal.append(c);
                bytes.put((byte) c);
                continue;
            }
            if (hex < ' ' || hex == DELETE || hex == '/' || hex == '\\') {
                return null;
            }
            bytes.put((byte) hex);
            if (isUnreserved((char) hex)) {
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

    private static boolean isUtf8(ByteBuffer bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(bytes);
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /// The byte that is percent-encoded here, or [#NONE].
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

    /// Whether a segment is one or two dots, with parameters or without.
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

    /// What a segment may hold beside.
    private static boolean isDelimiter(char c) {
        return "!$&'()*+,;=:@".indexOf(c) >= 0;
    }
}
