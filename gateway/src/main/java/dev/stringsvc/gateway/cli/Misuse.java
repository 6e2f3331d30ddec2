package dev.stringsvc.gateway.cli;

import dev.stringsvc.gateway.config.Nearest;
import java.util.Collection;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/// What to say of a command line that is not valid.
public final class Misuse {
    private Misuse() {}

    /// One line: what is wrong, the flag or command that was perhaps meant, and where to read more.
    public static String text(ParameterException e) {
        String meant = e instanceof UnmatchedArgumentException unmatched
                ? meant(unmatched).map(word -> "; did you mean " + word + "?").orElse("")
                : "";
        return e.getMessage() + meant + " (see --help)";
    }

    private static Optional<String> meant(UnmatchedArgumentException e) {
        CommandSpec command = e.getCommandLine().getCommandSpec();
        return e.getUnmatched().stream().findFirst().flatMap(argument -> {
            String word = argument.split("=", 2)[0];
            Collection<String> known = word.startsWith("-")
                    ? command.optionsMap().keySet()
                    : command.subcommands().keySet();
            return Nearest.of(word, known);
        });
    }
}
