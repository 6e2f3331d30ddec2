package dev.stringsvc.gateway.http;

/// The value of a `Content-Length` field (RFC 9110, section 8.6).
public final class ContentLength {
    /// In digits: what surely fits a `long`.
    private static final int LONGEST = 18;

    private ContentLength() {}

    /// Whether it is a number of bytes, and one that a `long` holds.
    public static boolean isValid(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return true;
    }
}
