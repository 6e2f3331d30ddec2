package dev.stringsvc.gateway;

import dev.stringsvc.gateway.cli.ExplainCommand;
import dev.stringsvc.gateway.cli.Flags;
import dev.stringsvc.gateway.cli.Misuse;
import dev.stringsvc.gateway.cli.RoutesCommand;
import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.config.ConfigLoader;
import dev.stringsvc.gateway.config.ConfigSource;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.LogHandler;
import dev.stringsvc.program.LogWriter;
import dev.stringsvc.program.StopSignal;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The command line: `gateway` runs the gateway, `gateway check FILE` validates a file, `gateway routes
/// FILE` lists its routes, `gateway explain` asks a running gateway about a request, `gateway defaults` and `gateway
/// schema` describe what a file may contain.
@Command(
        name = "gateway",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        defaultValueProvider = Flags.Variables.class,
        subcommands = {RoutesCommand.class, ExplainCommand.class},
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "An API gateway for services registered in Consul or etcd: watches the healthy instances, balances requests over"
                    + " them, and sends a failed request to another instance where that is safe.",
            ""
        },
        footer = {
            "",
            "Environment only:",
            "  GATEWAY_ADMIN_TOKEN                  what requests to the admin port must carry, at least 16 characters",
            "  CONSUL_HTTP_TOKEN, CONSUL_HTTP_TOKEN_FILE, CONSUL_HTTP_AUTH, CONSUL_HTTP_SSL, CONSUL_HTTP_SSL_VERIFY,",
            "  CONSUL_CACERT, CONSUL_CAPATH, CONSUL_CLIENT_CERT, CONSUL_CLIENT_KEY, CONSUL_TLS_SERVER_NAME,",
            "  CONSUL_NAMESPACE, CONSUL_PARTITION   as for Consul's own tools; the file has a key for each, see",
            "                                       `consul` in `gateway defaults`",
            "  ETCDCTL_USER, ETCDCTL_PASSWORD, ETCDCTL_CACERT, ETCDCTL_CERT, ETCDCTL_KEY,",
            "  ETCDCTL_INSECURE_SKIP_TLS_VERIFY     as for etcd's own tool; see `etcd` in `gateway defaults`",
            "  OTEL_EXPORTER_OTLP_ENDPOINT          sends traces there; with OpenTelemetry's other variables, such as",
            "                                       OTEL_TRACES_SAMPLER; see `traces` in `gateway defaults`",
            "",
            "Exit codes: 0 stopped by a signal, 1 cannot start, 2 bad flags or configuration, 3 cannot continue (out of"
                    + " memory, or a thread or class that it needs has failed)."
        })
public final class Main implements Callable<Integer> {
    private static final String CARRIERS = "jdk.virtualThreadScheduler.parallelism";
    static final int FAILED = 1;
    static final int MISUSED = 2;

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private Flags flags = new Flags();

    /// Runs the command line and ends the process.
    static void main(String[] args) {
        addCarrier();
        System.exit(commandLine().execute(args));
    }

    /// Gives virtual threads one carrier more than there are processors. A carrier works on one queue
    /// until it is empty; with only one carrier per processor, new requests could occupy all of them
    /// while answered requests wait for seconds. Must be called before the first virtual thread starts.
    private static void addCarrier() {
        if (System.getProperty(CARRIERS) == null) {
            System.setProperty(CARRIERS, Integer.toString(Runtime.getRuntime().availableProcessors() + 1));
        }
    }

    public static CommandLine commandLine() {
        return new CommandLine(new Main())
                .setParameterExceptionHandler((e, args) -> {
                    e.getCommandLine().getErr().println("gateway: " + Misuse.text(e));
                    return MISUSED;
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    boolean expected = e instanceof ConfigException || e instanceof StartException;
                    command.getErr().println("gateway: " + (expected ? e.getMessage() : e));
                    return e instanceof ConfigException ? MISUSED : FAILED;
                });
    }

    /// The gateway cannot start; the message says why in a sentence.
    private static final class StartException extends Exception {
        private static final long serialVersionUID = 1;

        StartException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    @Override
    public Integer call() throws Exception {
        CommandLine command = commandSpec().commandLine();
        var source =
                new ConfigSource(Optional.ofNullable(flags.config), flags.overrides(command, Environment.ofProcess()));
        try (LogWriter log = LogWriter.stdout()) {
            FailStop.install(log);
            LogHandler.install(log, "dev.stringsvc", flags.verbose ? Level.FINE : Level.INFO);
            return serve(source, log);
        } catch (UncheckedIOException e) {
            throw new StartException(e.getMessage() + "; --port and --admin-port choose others", e);
        }
    }

    private static int serve(ConfigSource source, LogWriter log) throws InterruptedException, ConfigException {
        StopSignal stop = StopSignal.install(log::close);
        try (Gateway gateway = Gateway.start(source, log)) {
            if (source.file().isPresent()) {
                StopSignal.onHangUp(gateway::reload);
            }
            var _ = stop.await();
            gateway.drain();
        }
        return 0;
    }

    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Validates a configuration file without starting; exits with 2 when it is not valid.")
    int check(@Parameters(paramLabel = "FILE", description = "The file.") Path file) throws ConfigException {
        GatewayConfig config = ConfigLoader.load(Optional.of(file), Flags.beside(Environment.ofProcess()));
        out().println(file + ": valid, " + config.routes().routes().size() + " routes");
        return 0;
    }

    @Command(
            name = "schema",
            mixinStandardHelpOptions = true,
            description = "Prints the JSON Schema of a configuration file, for editors.")
    int schema() {
        out().print(ConfigLoader.schema());
        out().flush();
        return 0;
    }

    @Command(
            name = "defaults",
            mixinStandardHelpOptions = true,
            description = "Prints every default as a configuration file.")
    int defaults() {
        out().print(ConfigLoader.defaults());
        out().flush();
        return 0;
    }

    private PrintWriter out() {
        return commandSpec().commandLine().getOut();
    }

    private CommandSpec commandSpec() {
        return Objects.requireNonNull(spec);
    }

    /// The version in the jar's manifest.
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            @Nullable String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"gateway " + (version == null ? "(not packaged)" : version)};
        }
    }
}
