package dev.stringsvc.program;

/// Checks the form of host names and IPv4 addresses in text from outside. It looks at each character
/// once, however long the text is.
public final class HostName {
    /// In characters; RFC 1035, section 2.3.4.
    public static final int LONGEST = 253;

    private static final int LONGEST_LABEL = 63;
    private static final int BYTES = 4;

    private HostName() {}

    /// True if the text is a name: labels of up to 63 letters, digits, `-` and `_`, separated by dots,
    /// 253 characters in all. A label neither begins nor ends with `-`. The last label is not a number,
    /// because the name would be read as an address.
    public static boolean isName(String text) {
        return areLabels(text) && !endsInNumber(text);
    }

    /// True if the text is an IPv4 address: four numbers from 0 to 255, without leading zeros.
    public static boolean isIpv4(String text) {
        int bytes = 0;
        int start = 0;
        for (int i = 0; i <= text.length() && bytes <= BYTES; i++) {
            if (i == text.length() || text.charAt(i) == '.') {
                if (!isByte(text, start, i)) {
                    return false;
                }
                bytes++;
                start = i + 1;
            }
        }
        return bytes == BYTES;
    }

    /// True if the text has the form of a name; here the last label may be a number.
    public static boolean areLabels(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return false;
        }
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || text.charAt(i) == '.') {
                if (i == start || i - start > LONGEST_LABEL || text.charAt(start) == '-' || text.charAt(i - 1) == '-') {
                    return false;
                }
                start = i + 1;
            } else if (!isOfLabel(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean endsInNumber(String text) {
        for (int i = text.lastIndexOf('.') + 1; i < text.length(); i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isByte(String text, int start, int end) {
        int length = end - start;
        if (length < 1 || length > 3 || (length > 1 && text.charAt(start) == '0')) {
            return false;
        }
        int value = 0;
        for (int i = start; i < end; i++) {
            if (!isDigit(text.charAt(i))) {
                return false;
            }
            value = 10 * value + text.charAt(i) - '0';
        }
        return value <= 255;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isOfLabel(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '-' || c == '_';
    }
}
