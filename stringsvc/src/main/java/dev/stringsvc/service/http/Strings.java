package dev.stringsvc.service.http;

import java.util.Locale;

/// What the service does to strings.
final class Strings {
    private static final int PIECE = 256;

    private Strings() {}

    /// The same in every locale: a Turkish machine makes `I` of `i` too.
    ///
    /// Goes piece by piece, which changes nothing in the result since no character's uppercase depends on its
    /// neighbours. Java's own copies the whole string for each character that becomes longer: half a megabyte of
    /// sharp s would keep a processor busy for minutes.
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
