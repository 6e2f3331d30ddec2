package dev.stringsvc.gateway.config;

import java.util.regex.Pattern;

/// The configuration cannot be used. The message is for the operator: file, line, key, and what was expected.
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1;
    /// In characters.
    private static final int LONGEST = 1_000;

    private static final Pattern CONTROL = Pattern.compile("\\p{Cntrl}");

    ConfigException(String message) {
        super(inOneLine(message));
    }

    ConfigException(String message, Throwable cause) {
        super(inOneLine(message), cause);
    }

    /// A message quotes what it refuses, which may have many lines, and be long.
    private static String inOneLine(String message) {
        String cut = message.length() <= LONGEST ? message : message.substring(0, LONGEST) + "…";
        return CONTROL.matcher(cut).replaceAll(" ");
    }
}
