package dev.stringsvc.service;

import dev.stringsvc.program.Environment;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Gives an option that is not on the command line the value of its environment variable.
final class Variables implements IDefaultValueProvider {
    private static final Map<String, String> BY_OPTION = Map.ofEntries(
            Map.entry("--host", "STRINGSVC_HOST"),
            Map.entry("--port", "STRINGSVC_PORT"),
            Map.entry("--id", "STRINGSVC_ID"),
            Map.entry("--advertise", "STRINGSVC_ADVERTISE"),
            Map.entry("--tag", "STRINGSVC_TAGS"),
            Map.entry("--no-register", "STRINGSVC_NO_REGISTER"),
            Map.entry("--check-interval", "STRINGSVC_CHECK_INTERVAL"),
            Map.entry("--deregister-after", "STRINGSVC_DEREGISTER_AFTER"),
            Map.entry("--log-format", "STRINGSVC_LOG_FORMAT"),
            Map.entry("--grace", "STRINGSVC_GRACE"),
            Map.entry("--drain", "STRINGSVC_DRAIN"));

    private final Environment environment;

    Variables(Environment environment) {
        this.environment = environment;
    }

    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        @Nullable String variable = argument instanceof OptionSpec option ? BY_OPTION.get(option.longestName()) : null;
        return variable == null ? null : environment.get(variable).orElse(null);
    }
}
