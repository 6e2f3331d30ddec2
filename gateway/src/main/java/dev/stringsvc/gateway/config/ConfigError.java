package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.exc.InputCoercionException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import dev.stringsvc.program.SettingException;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What is wrong with one value of a configuration.
///
/// @param pointer where, as a JSON pointer; empty for the whole
/// @param key where, as an operator writes it: `routes[1].path`
/// @param position where in the file, or where the nearest key stands that the file has; empty for a flag
/// @param problem what was expected
public record ConfigError(String pointer, String key, Optional<Position> position, String problem) {
    private static final String WHOLE = "configuration";
    private static final Pattern INDEX = Pattern.compile("\\.([0-9]+)(?![^.])");

    /// Where in a file; both count from 1.
    public record Position(int line, int column) {}

    static ConfigError of(JsonProcessingException e, Positions positions) {
        var pointer = new StringBuilder();
        var key = new StringBuilder();
        if (e instanceof JsonMappingException mapping) {
            for (JsonMappingException.Reference step : mapping.getPath()) {
                if (step.getFieldName() == null) {
                    pointer.append('/').append(step.getIndex());
                    key.append('[').append(step.getIndex()).append(']');
                } else {
                    pointer.append('/').append(escaped(step.getFieldName()));
                    key.append(key.isEmpty() ? "" : ".").append(step.getFieldName());
                }
            }
        }
        if (e.getCause() instanceof SettingException setting) {
            pointer.append('/').append(escaped(setting.key()).replace('.', '/'));
            String written = INDEX.matcher(setting.key()).replaceAll("[$1]");
            key.append(key.isEmpty() ? "" : ".").append(written);
        }
        return new ConfigError(
                pointer.toString(),
                key.isEmpty() ? WHOLE : key.toString(),
                positions.near(pointer.toString()),
                problem(e, key.toString()));
    }

    private static String escaped(String name) {
        return name.replace("~", "~0").replace("/", "~1");
    }

    private static String problem(JsonProcessingException e, String key) {
        if (e.getCause() instanceof SettingException setting) {
            return setting.problem();
        }
        if (e.getCause() instanceof IllegalArgumentException value) {
            return String.valueOf(value.getMessage());
        }
        if (e.getCause() instanceof InputCoercionException) {
            return "expected a smaller number";
        }
        if (e instanceof InvalidFormatException format) {
            // what a header is set to may be a secret
            String got = key.contains("-headers.set") ? "" : ", got \"" + format.getValue() + "\"";
            return "expected " + kind(format.getTargetType()) + got;
        }
        return "expected " + kind(e instanceof MismatchedInputException mismatch ? mismatch.getTargetType() : null);
    }

    private static String kind(@Nullable Class<?> type) {
        if (type == null) {
            return "another value";
        }
        if (type == int.class || type == Integer.class || type == long.class) {
            return "a whole number";
        }
        if (type == double.class || type == Double.class) {
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
            return "one of " + Yaml.names(type);
        }
        if (Collection.class.isAssignableFrom(type)) {
            return "a list";
        }
        return Map.class.isAssignableFrom(type) || type.isRecord() ? "keys and values" : "another kind of value";
    }

    /// As an operator reads it: key and problem.
    @Override
    public String toString() {
        return pointer.isEmpty() ? problem : key + ": " + problem;
    }
}
