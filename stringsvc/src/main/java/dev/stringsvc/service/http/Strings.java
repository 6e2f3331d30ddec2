package dev.stringsvc.service.http;

import java.util.Locale;

/// The two operations on strings: uppercase and count.
final class Strings {
    private static final int PIECE = 256;

    private Strings() {}

    /// The uppercase, the same in every locale. (In a Turkish locale Java would turn `i` into `İ`.)
    ///
    /// The text is converted piece by piece. The result is the same, because the uppercase of a
    /// character does not depend on its neighbours. Java's own method copies the whole string for each
    /// character that becomes longer: half a megabyte of `ß` would take minutes of CPU.
    static String uppercase(String s) {
        var upper = new StringBuilder(s.length());
        for (int from = 0, to; from < s.length(); from = to) {
            to = Math.min(from + PIECE, s.length());
            if (to < s.length() && Character.isHighSurrogate(s.charAt(to - 1))) {
                to--;
            }
            upper.append(s.substring(from, to).toUpperCase(Locale.ROOT));
        }
        return upper.toString();
    }

    /// The number of Unicode code points.
    static int count(String s) {
        return s.codePointCount(0, s.length());
    }
}
