package dev.stringsvc.users.shared;

import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.GoDuration;
import dev.stringsvc.program.HostPort;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The command line that both programs have. An option that is not given takes the value of its
/// environment variable: the program's name and the option's, such as `USERS_PORT`.
@Command(
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 110,
        footerHeading = "%nEnvironment variables of etcd's own tool%n",
        footer = {
            "  ETCDCTL_ENDPOINTS    etcd's addresses, if there is no --etcd",
            "  ETCDCTL_USER         the user, or user:password; ETCDCTL_PASSWORD: its password",
            "  ETCDCTL_CACERT       a PEM file with the authorities (CAs) to trust; default: the JVM's",
            "  ETCDCTL_CERT         a PEM file with the client certificate; ETCDCTL_KEY: its private key",
            "  ETCDCTL_INSECURE_SKIP_TLS_VERIFY=true: etcd's certificates are not checked",
            "",
            "Durations are numbers with a unit (ms, s, m, h): 250ms, 1.5s, 1m30s. On SIGTERM or SIGINT the program",
            "deregisters, serves on for --grace, answers the requests in flight and exits with 0. A second signal ends it",
            "at once. The exit code is 1 if it cannot listen, and 2 if a setting has a wrong value."
        })
public abstract class Options {
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
            description = "the address that etcd gives to others; without a port, the one it listens on"
                    + " [--host if that is one address, else the local address used to reach etcd]")
    private @Nullable String advertise;

    @Option(
            names = "--etcd",
            paramLabel = "ADDRESSES",
            description = "etcd's members: HOST:PORT, http://HOST:PORT or https://HOST:PORT, separated by commas"
                    + " [127.0.0.1:2379]")
    private @Nullable String etcd;

    @Option(
            names = "--prefix",
            paramLabel = "PREFIX",
            defaultValue = "/services/",
            description = "the keys of a service's instances in etcd begin with this and the service's name"
                    + " [${DEFAULT-VALUE}]")
    private String prefix = "";

    @Option(names = "--no-register", description = "serve without being registered in etcd [register]")
    private boolean noRegister;

    @Option(
            names = "--lease",
            paramLabel = "DURATION",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description = "how long the key in etcd stays after the program was killed [${DEFAULT-VALUE}]")
    private Duration lease = Duration.ZERO;

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

    /// The port to listen on if neither the command line nor the environment says another.
    protected abstract int defaultPort();

    /// @throws IllegalArgumentException if an option or a variable has a wrong value; the message
    /// is for the user
    Settings settings(Environment environment) {
        return new Settings(
                host,
                port,
                Optional.ofNullable(advertise).map(Options::advertise),
                EtcdConfig.of(environment, Optional.ofNullable(etcd)),
                prefix,
                noRegister ? Optional.empty() : Optional.of(lease),
                new Settings.Stop(grace, drain));
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
