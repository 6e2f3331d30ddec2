package dev.stringsvc.users.shared;

import dev.stringsvc.program.Environment;
import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.LogHandler;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.program.StopSignal;
import java.io.IOException;
import java.io.UncheckedIOException;
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

    /// Starts the program's work.
    @FunctionalInterface
    public interface Start {
        /// Returns once it listens.
        ///
        /// @param calls where a line about each call goes
        /// @throws UncheckedIOException if it cannot listen; the cause has Java's reason
        Service start(Settings settings, LogWriter calls);
    }

    /// What serves until it is closed.
    public interface Service {
        /// Deregisters, serves on for the grace, answers the requests in flight and stops.
        void close();
    }

    /// @return the exit code: 0 after an orderly stop, 1 if it cannot listen, and 2 if an option or
    /// a variable has a wrong value
    public static int run(Options options, String[] args, Start start) throws InterruptedException {
        Environment environment = Environment.ofProcess();
        CommandLine command = command(options, environment);
        String name = command.getCommandName();
        try {
            command.parseArgs(args);
            if (command.isUsageHelpRequested()) {
                command.usage(System.out);
                return 0;
            }
            if (command.isVersionHelpRequested()) {
                command.printVersionHelp(System.out);
                return 0;
            }
            return serve(name, options.settings(environment), start);
        } catch (ParameterException | IllegalArgumentException e) {
            return fail(name, 2, e.getMessage() + " (see " + name + " --help)");
        }
    }

    /// The command line, whose options take their defaults from the environment.
    static CommandLine command(Options options, Environment environment) {
        var command = new CommandLine(options);
        String variables = command.getCommandName().toUpperCase(Locale.ROOT) + "_";
        command.getCommandSpec()
                .usageMessage()
                .optionListHeading("%nOptions [in brackets: the default]. The environment variable of --port is "
                        + variables + "PORT, and so on.%n");
        return command.setDefaultValueProvider(new Defaults(variables, environment, options.defaultPort()));
    }

    private static int serve(String name, Settings settings, Start start) throws InterruptedException {
        try (var log = LogWriter.stdout()) {
            var stop = StopSignal.install(() -> exitAtOnce(log::close));
            LogHandler.install(log, "dev.stringsvc", Level.INFO);
            FailStop.install(log);
            Service service = start.start(settings, log);
            LOG.info("stopping on {}", stop.await());
            service.close();
            return 0;
        } catch (UncheckedIOException e) {
            return fail(name, 1, cannotListen(settings, Objects.requireNonNull(e.getCause())));
        }
    }

    private static void exitAtOnce(Runnable flush) {
        LOG.warn("a second signal: exiting at once");
        flush.run();
    }

    private static String cannotListen(Settings settings, IOException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return "cannot listen on " + settings.host() + ":" + settings.port() + ": "
                + Objects.requireNonNullElse(cause.getMessage(), "there is no such address");
    }

    private static int fail(String name, int code, String sentence) {
        System.err.println(name + ": " + sentence);
        return code;
    }
}
