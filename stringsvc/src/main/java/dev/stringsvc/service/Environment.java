package dev.stringsvc.service;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Gives an option that is not on the command line the value of its environment variable. One that is set to nothing
/// counts as not set.
final class Environment implements IDefaultValueProvider {
    private static final Map<String, String> VARIABLES = Map.ofEntries(
            Map.entry("--host", "STRINGSVC_HOST"),
            Map.entry("--port", "STRINGSVC_PORT"),
            Map.entry("--id", "STRINGSVC_ID"),
            Map.entry("--advertise", "STRINGSVC_ADVERTISE"),
            Map.entry("--tag", "STRINGSVC_TAGS"),
            Map.entry("--consul", "CONSUL_HTTP_ADDR"),
            Map.entry("--no-register", "STRINGSVC_NO_REGISTER"),
            Map.entry("--check-interval", "STRINGSVC_CHECK_INTERVAL"),
            Map.entry("--deregister-after", "STRINGSVC_DEREGISTER_AFTER"),
            Map.entry("--grace", "STRINGSVC_GRACE"),
            Map.entry("--drain", "STRINGSVC_DRAIN"));

    private final Map<String, String> environment;

    Environment(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        @Nullable String variable = VARIABLES.get(option.longestName());
        @Nullable String value = variable == null ? null : environment.get(variable);
        return value == null || value.isBlank() ? null : value.strip();
    }
}
