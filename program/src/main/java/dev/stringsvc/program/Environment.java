package dev.stringsvc.program;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The environment variables of this process. An empty or blank variable counts as not set.
public record Environment(Map<String, String> variables) {
    public Environment {
        variables = Map.copyOf(variables);
    }

    public static Environment ofProcess() {
        return new Environment(System.getenv());
    }

    /// Does not print the values: some are secrets.
    @Override
    public String toString() {
        return "Environment";
    }

    /// The value, without blanks at its ends.
    public Optional<String> get(String name) {
        @Nullable String value = variables.get(name);
        return Optional.ofNullable(value).map(String::strip).filter(text -> !text.isEmpty());
    }

    /// True or false, in the words that Go's `strconv.ParseBool` reads; empty where the variable is not
    /// set.
    ///
    /// @throws IllegalArgumentException if it is another word; the message names the variable
    public Optional<Boolean> flag(String name) {
        return get(name).map(text -> switch (text) {
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "0", "f", "F", "FALSE", "false", "False" -> false;
            default -> throw new IllegalArgumentException(name + ": expected true or false, got \"" + text + '"');
        });
    }
}
