package dev.stringsvc.program;

/// The beginning of a text that may be too long to be kept or shown.
public final class Excerpt {
    private Excerpt() {}

    /// The text itself, or its first characters and `…` if it has more than `most`. No character is cut in
    /// halves.
    public static String of(String text, int most) {
        return text.length() <= most ? text : text.substring(0, LogLine.end(text, most)) + "…";
    }
}
