package dev.stringsvc.gateway.http;

/// The value of a `Content-Length` field (RFC 9110, section 8.6).
public final class ContentLength {
    /// The most digits that always fit a `long`.
    private static final int LONGEST = 18;

    private ContentLength() {}

    /// True if the text is a number of bytes that fits a `long`.
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
