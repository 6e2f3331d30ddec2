package dev.stringsvc.gateway.transport;

import org.jspecify.annotations.Nullable;

/// What may be sent to an instance as it is: nothing that would end a line, or be read as another path.
public final class Sendable {
    private static final String NOT_IN_A_PATH = "\"<>^`{}|\\?#";
    private static final String NOT_IN_A_TOKEN = "\"(),/:;<=>?@[\\]{}";

    private Sendable() {}

    /// Why the request cannot be sent, as one sentence for the client; `null` where it can.
    public static @Nullable String refusal(UpstreamRequest request) {
        if (!isToken(request.method())) {
            return "The method is not valid.";
        }
        if (!isPath(request.path())) {
            return "The path holds dot segments, or characters that must be encoded.";
        }
        if (request.query() != null && !isVisible(request.query(), "#")) {
            return "The query holds characters that must be encoded.";
        }
        boolean[] valid = {true};
        request.headers().forEach((name, value) -> valid[0] &= isToken(name) && isValue(value));
        return valid[0] ? null : "A header holds a character that cannot be sent.";
    }

    private static boolean isPath(String path) {
        if (!path.startsWith("/") || !isVisible(path, NOT_IN_A_PATH)) {
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

    private static boolean isVisible(String text, String without) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c > '~' || without.indexOf(c) >= 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isToken(String text) {
        return !text.isEmpty() && isVisible(text, NOT_IN_A_TOKEN);
    }

    /// A value has one character per byte (RFC 9110, section 5.5).
    private static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
                return false;
            }
        }
        return true;
    }
}
