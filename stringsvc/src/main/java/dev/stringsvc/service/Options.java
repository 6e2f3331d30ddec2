package dev.stringsvc.service;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.program.Environment;
import dev.stringsvc.program.GoDuration;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.LogFormat;
import dev.stringsvc.service.Settings.Advertise;
import dev.stringsvc.service.Settings.Registration;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/// The command line. An option that is not given takes the value of its environment variable, which is
/// the first word in the brackets of its description.
@Command(
        name = "stringsvc",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 110,
        description = "Serves POST /uppercase, /count and /notificator, and keeps itself registered in Consul.",
        optionListHeading = "%nOptions [in brackets: the environment variable, the default]%n",
        footerHeading = "%nEnvironment variables without an option, as in Consul's own tools%n",
        footer = {
            "  CONSUL_HTTP_TOKEN_FILE    a file with the ACL token; it is read again when it changes",
            "  CONSUL_HTTP_TOKEN         the ACL token, if there is no token file",
            "  CONSUL_HTTP_AUTH          user:password for HTTP's basic authentication",
            "  CONSUL_HTTP_SSL=true      TLS to Consul, even if --consul does not begin with https://",
            "  CONSUL_HTTP_SSL_VERIFY    false: Consul's certificate is not checked",
            "  CONSUL_CACERT             a PEM file with the authorities (CAs) to trust; default: the JVM's",
            "  CONSUL_CAPATH             a folder of such files, used if CONSUL_CACERT is not set",
            "  CONSUL_CLIENT_CERT        a PEM file with the client certificate; CONSUL_CLIENT_KEY: its private key",
            "  CONSUL_TLS_SERVER_NAME    the name in Consul's certificate; default: the host in Consul's address",
            "  CONSUL_NAMESPACE          the namespace (Consul Enterprise); CONSUL_PARTITION: the partition",
            "",
            "Traces, by OpenTelemetry's variables",
            "  OTEL_EXPORTER_OTLP_ENDPOINT  sends a span of each call there, such as http://localhost:4318; with the other",
            "                               variables of its SDK, such as OTEL_TRACES_SAMPLER",
            "",
            "Durations are numbers with a unit (ms, s, m, h): 250ms, 1.5s, 1m30s. On SIGTERM or SIGINT the instance",
            "deregisters, serves on for --grace, answers the requests in flight and exits with 0. A second signal ends it",
            "at once."
        })
final class Options {
    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "0.0.0.0",
            description = "the address to listen on [STRINGSVC_HOST, 0.0.0.0: all addresses]")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8000",
            description = "the port to listen on; 0 picks a free one [STRINGSVC_PORT, 8000]")
    private int port;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "the id in Consul, unique per instance; with --port 0 and no id it changes at each restart"
                    + " [STRINGSVC_ID, stringsvc-HOSTNAME-PORT]")
    private @Nullable String id;

    @Option(
            names = "--advertise",
            paramLabel = "HOST[:PORT]",
            description = "the address that Consul gives to others; without a port, the one it listens on"
                    + " [STRINGSVC_ADVERTISE, else --host if that is one address, else the local address used to reach"
                    + " Consul, else (if that is the loopback) the address of Consul's node]")
    private @Nullable String advertise;

    @Option(
            names = "--tag",
            paramLabel = "TAG",
            split = ",",
            description = "a tag in Consul; may be given more than once [STRINGSVC_TAGS, separated by commas]")
    private List<String> tags = List.of();

    @Option(
            names = "--consul",
            paramLabel = "ADDRESS",
            description = "Consul's agent: HOST:PORT, http://HOST:PORT, https://HOST:PORT or unix:///PATH"
                    + " [CONSUL_HTTP_ADDR, 127.0.0.1:8500]")
    private @Nullable String consul;

    @Option(names = "--no-register", description = "serve without Consul [STRINGSVC_NO_REGISTER=true, register]")
    private boolean noRegister;

    @Option(
            names = "--check-interval",
            paramLabel = "DURATION",
            defaultValue = "1s",
            converter = DurationConverter.class,
            description = "how often Consul sends GET /health [STRINGSVC_CHECK_INTERVAL, 1s]")
    private Duration checkInterval = Duration.ZERO;

    @Option(
            names = "--deregister-after",
            paramLabel = "DURATION",
            defaultValue = "1m",
            converter = DurationConverter.class,
            description = "Consul removes an instance that is critical for this long; Consul's minimum is 1m"
                    + " [STRINGSVC_DEREGISTER_AFTER, 1m]")
    private Duration deregisterAfter = Duration.ZERO;

    @Option(
            names = "--grace",
            paramLabel = "DURATION",
            defaultValue = "2s",
            converter = DurationConverter.class,
            description = "how long to serve on after deregistering, so that callers notice [STRINGSVC_GRACE, 2s]")
    private Duration grace = Duration.ZERO;

    @Option(
            names = "--drain",
            paramLabel = "DURATION",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description = "the longest wait for requests in flight when stopping [STRINGSVC_DRAIN, 10s]")
    private Duration drain = Duration.ZERO;

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            defaultValue = "logfmt",
            converter = FormatConverter.class,
            description = "how log lines are written: logfmt or json [STRINGSVC_LOG_FORMAT, logfmt]")
    private LogFormat logFormat = LogFormat.LOGFMT;

    /// @throws IllegalArgumentException if an option or a variable has a wrong value; the message is
    /// for the user
    Settings settings(Environment environment) {
        return new Settings(
                host,
                port,
                Optional.ofNullable(id).filter(text -> !text.isBlank()),
                Optional.ofNullable(advertise).map(Options::advertise),
                tags.stream().map(String::strip).filter(tag -> !tag.isEmpty()).toList(),
                noRegister ? Optional.empty() : Optional.of(registration(environment)),
                grace,
                drain,
                logFormat);
    }

    private Registration registration(Environment environment) {
        return new Registration(
                ConsulSettings.of(environment, Optional.ofNullable(consul)), checkInterval, deregisterAfter);
    }

    private static Advertise advertise(String text) {
        try {
            var known = HostPort.parse(text, 1);
            return new Advertise(
                    known.host(), HostPort.hasPort(text) ? OptionalInt.of(known.port()) : OptionalInt.empty());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--advertise: " + e.getMessage(), e);
        }
    }

    private static final class FormatConverter implements ITypeConverter<LogFormat> {
        @Override
        public LogFormat convert(String text) {
            return switch (text) {
                case "logfmt" -> LogFormat.LOGFMT;
                case "json" -> LogFormat.JSON;
                default -> throw new TypeConversionException("expected logfmt or json, got '" + text + "'");
            };
        }
    }

    private static final class DurationConverter implements ITypeConverter<Duration> {
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
