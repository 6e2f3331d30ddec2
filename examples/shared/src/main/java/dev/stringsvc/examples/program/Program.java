package dev.stringsvc.examples.program;

import dev.stringsvc.examples.program.Options.Service;
import dev.stringsvc.examples.program.Options.Start;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.LogHandler;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.program.StopSignal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// Runs a program until a signal stops it.
public final class Program {
    private static final Logger LOG = LoggerFactory.getLogger(Program.class);

    private Program() {}

    /// @return the exit code: 0 after an orderly stop, 1 if it cannot listen, and 2 if an option or
    /// a variable has a wrong value
    public static int run(Options options, String[] args) throws InterruptedException {
        Environment environment = Environment.ofProcess();
        return run(command(options, environment), environment, args);
    }

    /// Runs the role that the first argument names.
    ///
    /// @param program has picocli's annotation Command
    /// @return the exit code, as that of [#run(Options, String[])]
    public static int run(Object program, List<Options> roles, String[] args) throws InterruptedException {
        Environment environment = Environment.ofProcess();
        var command = new CommandLine(program);
        roles.forEach(role -> command.addSubcommand(command(role, environment)));
        return run(command, environment, args);
    }

    private static int run(CommandLine command, Environment environment, String[] args) throws InterruptedException {
        String name = command.getCommandName();
        try {
            var parsed = command.parseArgs(args);
            if (CommandLine.printHelpIfRequested(parsed)) {
                return 0;
            }
            while (parsed.hasSubcommand()) {
                parsed = parsed.subcommand();
                name = parsed.commandSpec().qualifiedName();
            }
            if (!(parsed.commandSpec().userObject() instanceof Options options)) {
                return fail(name, 2, "expected a role (see " + name + " --help)");
            }
            return serve(name, options, options.prepare(environment));
        } catch (ParameterException e) {
            String wrong = e.getCommandLine().getCommandSpec().qualifiedName();
            return fail(wrong, 2, e.getMessage() + " (see " + wrong + " --help)");
        } catch (IllegalArgumentException e) {
            return fail(name, 2, e.getMessage() + " (see " + name + " --help)");
        }
    }

    /// The command line, whose options take their defaults from the environment.
    public static CommandLine command(Options options, Environment environment) {
        options.environment(environment);
        var command = new CommandLine(options);
        String variables = options.variablesPrefix() + command.getCommandName().toUpperCase(Locale.ROOT) + "_";
        command.getCommandSpec()
                .usageMessage()
                .optionListHeading("%nOptions [in brackets: the default]. The environment variable of --port is "
                        + variables + "PORT, and so on.%n");
        return command.setDefaultValueProvider(new Defaults(variables, environment, options));
    }

    private static int serve(String name, Options options, Start start) throws InterruptedException {
        try (var log = LogWriter.stdout()) {
            var stop = StopSignal.install(() -> exitAtOnce(log::close));
            LogHandler.install(log, "dev.stringsvc", Level.INFO);
            FailStop.install(log);
            Service service = start.start(log);
            LOG.info("stopping on {}", stop.await());
            service.close();
            return 0;
        } catch (UncheckedIOException e) {
            return fail(name, 1, cannotListen(options.place(), Objects.requireNonNull(e.getCause())));
        }
    }

    private static void exitAtOnce(Runnable flush) {
        LOG.warn("a second signal: exiting at once");
        flush.run();
    }

    private static String cannotListen(String place, IOException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return "cannot listen on " + place + ": "
                + Objects.requireNonNullElse(cause.getMessage(), "there is no such address");
    }

    private static int fail(String name, int code, String sentence) {
        System.err.println(name + ": " + sentence);
        return code;
    }
}
