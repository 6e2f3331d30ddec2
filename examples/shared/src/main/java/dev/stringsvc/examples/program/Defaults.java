package dev.stringsvc.examples.program;

import dev.stringsvc.program.Environment;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/// Gives an option that is not on the command line the value of its environment variable, and the
/// port its default.
///
/// @param prefix what the names of the variables begin with: `USERS_`
record Defaults(String prefix, Environment environment, Options options) implements IDefaultValueProvider {
    @Override
    public @Nullable String defaultValue(ArgSpec argument) {
        if (!(argument instanceof OptionSpec option)) {
            return null;
        }
        String name = option.longestName().substring("--".length());
        if (options.readsVariableOf(name)) {
            return null;
        }
        String variable = prefix + name.replace('-', '_').toUpperCase(Locale.ROOT);
        return environment.get(variable).orElse(name.equals("port") ? Integer.toString(options.defaultPort()) : null);
    }
}
