package dev.stringsvc.service;

import dev.stringsvc.program.Environment;
import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.LogHandler;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.program.StopSignal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.logging.Level;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// Runs one instance until a signal stops it. Exits with 0 after an orderly stop, 1 if it cannot
/// listen, and 2 if an option or a variable has a wrong value.
final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);

    private Main() {}

    static void main(String[] args) throws InterruptedException {
        System.exit(run(args, Environment.ofProcess()));
    }

    private static int run(String[] args, Environment environment) throws InterruptedException {
        var options = new Options();
        var command = new CommandLine(options).setDefaultValueProvider(new Variables(environment));
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
            return serve(options.settings(environment), environment);
        } catch (ParameterException | IllegalArgumentException e) {
            return fail(2, e.getMessage() + " (see stringsvc --help)");
        }
    }

    private static int serve(Settings settings, Environment environment) throws InterruptedException {
        try (var log = LogWriter.stdout()) {
            var stop = StopSignal.install(() -> exitAtOnce(log::close));
            log.format(settings.logFormat());
            LogHandler.install(log, "dev.stringsvc", Level.INFO);
            FailStop.install(log);
            var service = StringService.start(settings, environment, log);
            LOG.info("stopping on {}", stop.await());
            service.close();
            return 0;
        } catch (UncheckedIOException e) {
            return fail(1, cannotListen(settings, Objects.requireNonNull(e.getCause())));
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

    private static int fail(int code, String sentence) {
        System.err.println("stringsvc: " + sentence);
        return code;
    }
}
