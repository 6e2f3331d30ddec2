package dev.stringsvc.program;

/// Makes a name from outside (an instance's id, a service, a route from tags) safe for meters, log
/// lines and responses: at most [#LONGEST] characters, none of which ends a line or changes the
/// direction of text.
public final class Label {
    /// In characters.
    public static final int LONGEST = 128;

    private static final int HASH = 9;

    private Label() {}

    /// The name itself if it is short and printable. Other characters are escaped. A name that is too
    /// long is cut and gets `~` and a hash of the whole, so that two long names with the same beginning
    /// stay different.
    public static String of(String name) {
        if (name.length() <= LONGEST && isPrintable(name)) {
            return name;
        }
        StringBuilder label = escaped(name, LONGEST);
        if (label.length() <= LONGEST) {
            return label.toString();
        }
        int end = LONGEST - HASH;
        label.setLength(Character.isHighSurrogate(label.charAt(end - 1)) ? end - 1 : end);
        String hash = Integer.toHexString(name.hashCode());
        return label.append('~')
                .repeat('0', HASH - 1 - hash.length())
                .append(hash)
                .toString();
    }

    /// A text of any length, in which other characters are escaped.
    public static String printable(String text) {
        return isPrintable(text) ? text : escaped(text, Integer.MAX_VALUE).toString();
    }

    /// Stops once the result is longer than `enough` characters.
    private static StringBuilder escaped(String text, int enough) {
        var escaped = new StringBuilder(Math.min(text.length(), enough) + 6);
        for (int i = 0; i < text.length() && escaped.length() <= enough; i++) {
            char c = text.charAt(i);
            if (isShown(text, i)) {
                escaped.append(c);
            } else {
                escaped.append("\\u").append(Character.forDigit(c >> 12, 16));
                for (int shift = 8; shift >= 0; shift -= 4) {
                    escaped.append(Character.forDigit(c >> shift & 15, 16));
                }
            }
        }
        return escaped;
    }

    private static boolean isPrintable(String name) {
        for (int i = 0; i < name.length(); i++) {
            if (!isShown(name, i)) {
                return false;
            }
        }
        return true;
    }

    /// Half of a surrogate pair cannot be written as UTF-8.
    private static boolean isShown(String name, int at) {
        char c = name.charAt(at);
        if (Character.isHighSurrogate(c)) {
            return at + 1 < name.length() && Character.isLowSurrogate(name.charAt(at + 1));
        }
        if (Character.isLowSurrogate(c)) {
            return at > 0 && Character.isHighSurrogate(name.charAt(at - 1));
        }
        return !LogLine.isUnprintable(c);
    }
}
