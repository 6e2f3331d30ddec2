package dev.stringsvc.examples.program;

import dev.stringsvc.program.Environment;
import dev.stringsvc.program.GoDuration;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.tracing.Tracing;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/// The command line that all programs have. An option that is not given takes the value of its
/// environment variable: the program's name and the option's, such as `USERS_PORT`.
@Command(
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 110,
        footer = Options.LAST_WORDS)
public abstract class Options {
    /// The end of each program's help.
    public static final String LAST_WORDS = """
            OTEL_EXPORTER_OTLP_ENDPOINT, such as http://localhost:4318, sends a span of each call there; the other
            variables of OpenTelemetry's SDK work too.

            Durations are numbers with a unit (ms, s, m, h): 250ms, 1.5s, 1m30s. On SIGTERM or SIGINT the program
            deregisters, serves on for --grace, answers the requests in flight and exits with 0. A second signal ends it
            at once. The exit code is 1 if it cannot listen, and 2 if a setting has a wrong value.""";

    @Spec
    private @Nullable CommandSpec command;

    private Environment environment = new Environment(Map.of());

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "0.0.0.0",
            description = "the address to listen on [${DEFAULT-VALUE}: all addresses]")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            required = true,
            description = "the port to listen on; 0 picks a free one [${DEFAULT-VALUE}]")
    private int port;

    @Option(
            names = "--advertise",
            paramLabel = "HOST[:PORT]",
            description = "the address that is registered for others; without a port, the one it listens on"
                    + " [--host if that is one address, else the local address used to reach the registry]")
    private @Nullable String advertise;

    @Option(names = "--no-register", description = "serve without being registered [register]")
    private boolean noRegister;

    @Option(
            names = "--grace",
            paramLabel = "DURATION",
            defaultValue = "2s",
            converter = DurationConverter.class,
            description = "how long to serve on after deregistering, so that callers notice [${DEFAULT-VALUE}]")
    private Duration grace = Duration.ZERO;

    @Option(
            names = "--drain",
            paramLabel = "DURATION",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description = "the longest wait for requests in flight when stopping [${DEFAULT-VALUE}]")
    private Duration drain = Duration.ZERO;

    /// Starts the program's work.
    @FunctionalInterface
    public interface Start {
        /// Returns once it listens.
        ///
        /// @param calls where a line about each call goes
        /// @throws UncheckedIOException if it cannot listen; the cause has Java's reason
        Service start(LogWriter calls);
    }

    /// What serves until it is closed.
    public interface Service {
        /// Deregisters, serves on for the grace, answers the requests in flight and stops.
        void close();
    }

    /// The port to listen on if neither the command line nor the environment says another.
    protected abstract int defaultPort();

    /// What the names of the program's variables begin with, before the program's own name.
    protected String variablesPrefix() {
        return "";
    }

    /// Reads all settings; what it returns starts the program with them.
    ///
    /// @throws IllegalArgumentException if an option or a variable has a wrong value; the message
    /// is for the user
    protected abstract Start prepare(Environment environment);

    /// True if the environment variable of an option is read by the program itself.
    protected boolean readsVariableOf(String option) {
        return false;
    }

    /// The settings that all programs have.
    ///
    /// @throws IllegalArgumentException if an option has a wrong value; the message is for the user
    protected final Settings serving() {
        return new Settings(
                host,
                port,
                Optional.ofNullable(advertise).map(Options::advertise),
                new Settings.Stop(grace, drain),
                listening ->
                        Tracing.start(environment, new Tracing.Program(name(), instanceId(environment, listening))));
    }

    /// The program, or its role.
    protected final String name() {
        return Objects.requireNonNull(command).name();
    }

    /// What traces call the instance: its id in the registry.
    ///
    /// @param listening the port that it listens on
    protected String instanceId(Environment environment, int listening) {
        return serving().address(listening).map(HostPort::toString).orElseGet(() -> hostname() + ":" + listening);
    }

    private static String hostname() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "localhost";
        }
    }

    /// Has OpenTelemetry's variables.
    final void environment(Environment given) {
        environment = given;
    }

    /// True unless the program is to serve without being registered.
    protected final boolean registers() {
        return !noRegister;
    }

    /// Where it listens, for errors.
    final String place() {
        return host + ":" + port;
    }

    private static Settings.Advertise advertise(String text) {
        try {
            var known = HostPort.parse(text, 1);
            return new Settings.Advertise(
                    known.host(), HostPort.hasPort(text) ? OptionalInt.of(known.port()) : OptionalInt.empty());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--advertise: " + e.getMessage(), e);
        }
    }

    /// Reads a duration as Go writes it.
    protected static final class DurationConverter implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            try {
                return GoDuration.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage() + ", got '" + text + "'");
            }
        }
    }
}
