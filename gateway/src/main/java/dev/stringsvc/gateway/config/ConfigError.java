package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What Jackson has against a value, in an operator's words.
///
/// @param pointer where, as a JSON pointer
/// @param key where, as an operator writes it: `routes[1].path`
/// @param text what was expected
record ConfigError(String pointer, String key, String text) {
    private static final Pattern MISSING =
            Pattern.compile("(?s)(?:Missing|Null value for) creator property '([^']+)'.*");

    private static final String OTHER = "expected another value";

    static ConfigError of(JsonProcessingException e) {
        if (!(e instanceof JsonMappingException mapping)) {
            return new ConfigError("", "configuration", OTHER);
        }
        ConfigError at = at(mapping);
        if (mapping instanceof UnrecognizedPropertyException unknown) {
            Collection<Object> known = new TreeSet<>(names(unknown));
            if (unknown.getPath().size() == 1) {
                known.add("route-defaults");
            }
            return at.say("unknown key; expected one of " + known);
        }
        Matcher missing = MISSING.matcher(mapping.getOriginalMessage());
        if (missing.matches()) {
            boolean named = at.pointer().endsWith("/" + missing.group(1));
            return (named ? at : at.below(missing.group(1))).say("must be given");
        }
        if (mapping.getCause() instanceof IllegalArgumentException invalid) {
            String message = String.valueOf(invalid.getMessage());
            int end = endOfKey(message);
            return end > 0 ? at.below(message.substring(0, end)).say(message.substring(end + 2)) : at.say(message);
        }
        if (mapping instanceof InvalidFormatException format) {
            String got = at.isOfSetHeader() ? "" : ", got \"" + format.getValue() + "\"";
            return at.say("expected " + kind(format.getTargetType()) + got);
        }
        if (mapping instanceof MismatchedInputException mismatch) {
            return at.say("expected " + kind(mismatch.getTargetType()));
        }
        if (mapping.getCause() instanceof InputCoercionException) {
            return at.say("expected a smaller number");
        }
        return at.say(OTHER);
    }

    /// Where the key (words of small letters and hyphens, with dots between them) ends that a message
    /// begins with, before a colon and a blank; 0 where it begins with none.
    private static int endOfKey(String message) {
        int word = 0;
        for (int i = 0; i < message.length(); i++) {
            char c = message.charAt(i);
            if ((c >= 'a' && c <= 'z') || c == '-') {
                continue;
            }
            if (i == word) {
                return 0;
            }
            if (c != '.') {
                return message.startsWith(": ", i) ? i : 0;
            }
            word = i + 1;
        }
        return 0;
    }

    private static Collection<Object> names(UnrecognizedPropertyException unknown) {
        return unknown.getKnownPropertyIds();
    }

    private static ConfigError at(JsonMappingException e) {
        var pointer = new StringBuilder();
        var key = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            if (step.getFieldName() == null) {
                pointer.append('/').append(step.getIndex());
                key.append('[').append(step.getIndex()).append(']');
            } else {
                pointer.append('/').append(escaped(step.getFieldName()));
                key.append(key.isEmpty() ? "" : ".").append(step.getFieldName());
            }
        }
        return new ConfigError(pointer.toString(), key.isEmpty() ? "configuration" : key.toString(), "");
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private ConfigError below(String child) {
        return new ConfigError(
                pointer + "/" + child.replace('.', '/'), pointer.isEmpty() ? child : key + "." + child, text);
    }

    private ConfigError say(String text) {
        return new ConfigError(pointer, key, text);
    }

    /// True if the value may be a secret.
    private boolean isOfSetHeader() {
        return key.contains("-headers.set");
    }

    private static String kind(@Nullable Class<?> type) {
        if (type == null) {
            return "another kind of value";
        }
        if (type == int.class || type == Integer.class || type == long.class) {
            return "a whole number";
        }
        if (type == double.class) {
            return "a number";
        }
        if (type == boolean.class) {
            return "true or false";
        }
        if (type == Duration.class) {
            return "a duration such as 250ms, 1.5s or 1m30s";
        }
        if (type == String.class) {
            return "a text";
        }
        if (type.isEnum()) {
            return "one of "
                    + Arrays.stream(type.getEnumConstants())
                            .map(constant ->
                                    constant.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                            .toList();
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return Map.class.isAssignableFrom(type) || type.isRecord() ? "keys and values" : "another kind of value";
    }
}
