package dev.stringsvc.gateway.http;

import org.jspecify.annotations.Nullable;

/// Checks what may be sent to an instance: nothing that would end a line or be read as another path.
public final class Sendable {
    private static final int TOKEN = 1;
    private static final int PATH = 2;
    private static final int QUERY = 4;
    private static final int VALUE = 8;

    /// For each character, the parts of a request that may contain it.
    private static final byte[] ALLOWED = new byte[256];

    static {
        for (int c = 0; c < ALLOWED.length; c++) {
            boolean visible = c > ' ' && c <= '~';
            int allowed = c == '\t' || (c >= ' ' && c != 0x7f) ? VALUE : 0; // RFC 9110, section 5.5
            allowed |= visible && "\"(),/:;<=>?@[\\]{}".indexOf(c) < 0 ? TOKEN : 0;
            allowed |= visible && "<>\\?#".indexOf(c) < 0 ? PATH : 0;
            allowed |= visible && c != '#' ? QUERY : 0;
            ALLOWED[c] = (byte) allowed;
        }
    }

    private Sendable() {}

    /// Explains in one sentence for the client why the request cannot be sent; `null` if it can.
    public static @Nullable String refusal(UpstreamRequest request) {
        if (!isToken(request.method())) {
            return "The method is not valid.";
        }
        if (!isPath(request.path())) {
            return "The path holds dot segments, or characters that must be encoded.";
        }
        if (request.query() != null && !allows(QUERY, request.query())) {
            return "The query holds characters that must be encoded.";
        }
        return request.headers().allMatch(Sendable::isField) ? null : "A header holds a character that cannot be sent.";
    }

    private static boolean isPath(String path) {
        if (!path.startsWith("/") || !allows(PATH, path)) {
            return false;
        }
        if (path.indexOf("/.") < 0 && path.indexOf("/%2") < 0) {
            return true;
        }
        for (String segment : path.split("/", -1)) {
            String plain = segment.replace("%2e", ".").replace("%2E", ".");
            if (plain.equals(".") || plain.equals("..")) {
                return false;
            }
        }
        return true;
    }

    /// True if this is a valid header field: the name is a token, and the value has one character per
    /// byte, none of which ends the line (RFC 9110, section 5.5).
    public static boolean isField(String name, String value) {
        return isToken(name) && allows(VALUE, value);
    }

    private static boolean isToken(String text) {
        return !text.isEmpty() && allows(TOKEN, text);
    }

    private static boolean allows(int where, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= ALLOWED.length || (ALLOWED[c] & where) == 0) {
                return false;
            }
        }
        return true;
    }
}
