package dev.stringsvc.service;

import dev.stringsvc.service.Settings.Advertise;
import dev.stringsvc.service.Settings.ConsulSettings;
import dev.stringsvc.service.registration.ConsulAddress;
import dev.stringsvc.service.registration.HostPort;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command line. Each option may come from the environment variable that its description names first.
@Command(
        name = "stringsvc",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 110,
        description = "Serves POST /uppercase, /count and /notificator, and keeps itself registered in Consul.",
        optionListHeading = "%nOptions, and in brackets what stands in for each: environment variable, default%n",
        footerHeading = "%nEnvironment only%n",
        footer = {
            "  CONSUL_HTTP_TOKEN         the ACL token for Consul",
            "  CONSUL_HTTP_TOKEN_FILE    a file that holds the token, read where CONSUL_HTTP_TOKEN is not set",
            "  CONSUL_HTTP_SSL=true      https to Consul where --consul has no scheme",
            "",
            "Durations are a whole number and ms, s, m or h. SIGTERM and SIGINT deregister, go on serving for --grace,",
            "finish what is in flight and exit with 0; a second one exits at once."
        })
final class Options {
    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "0.0.0.0",
            description = "where to listen [STRINGSVC_HOST, 0.0.0.0: everywhere]")
    private String host = "";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8000",
            description = "0 picks a free one [STRINGSVC_PORT, 8000]")
    private int port;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "the id in Consul, unique per instance; give one with --port 0, or it changes at each restart"
                    + " [STRINGSVC_ID, stringsvc-HOSTNAME-PORT]")
    private @Nullable String id;

    @Option(
            names = "--advertise",
            paramLabel = "HOST[:PORT]",
            description = "where others reach this instance [STRINGSVC_ADVERTISE, --host where that is one address,"
                    + " else the local address that leads to Consul or, where that is the loopback, the address of"
                    + " Consul's node; the port it listens on]")
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
            defaultValue = "127.0.0.1:8500",
            description = "Consul's agent: HOST:PORT, http://HOST:PORT or https://HOST:PORT"
                    + " [CONSUL_HTTP_ADDR, 127.0.0.1:8500]")
    private String consul = "";

    @Option(names = "--no-register", description = "serve without Consul [STRINGSVC_NO_REGISTER=true, register]")
    private boolean noRegister;

    @Option(
            names = "--check-interval",
            paramLabel = "DURATION",
            defaultValue = "1s",
            converter = DurationText.class,
            description = "how often Consul asks GET /health [STRINGSVC_CHECK_INTERVAL, 1s]")
    private Duration checkInterval = Duration.ZERO;

    @Option(
            names = "--deregister-after",
            paramLabel = "DURATION",
            defaultValue = "1m",
            converter = DurationText.class,
            description = "how long Consul keeps an instance that is critical; Consul takes no less than 1m"
                    + " [STRINGSVC_DEREGISTER_AFTER, 1m]")
    private Duration deregisterAfter = Duration.ZERO;

    @Option(
            names = "--grace",
            paramLabel = "DURATION",
            defaultValue = "2s",
            converter = DurationText.class,
            description = "how long to go on serving after deregistering, so that callers notice [STRINGSVC_GRACE, 2s]")
    private Duration grace = Duration.ZERO;

    @Option(
            names = "--drain",
            paramLabel = "DURATION",
            defaultValue = "10s",
            converter = DurationText.class,
            description = "the longest wait for requests in flight when stopping [STRINGSVC_DRAIN, 10s]")
    private Duration drain = Duration.ZERO;

    /// @throws IllegalArgumentException with a sentence for the user where the options can't be
    Settings settings(Map<String, String> environment) {
        return new Settings(
                host,
                port,
                Optional.ofNullable(id).filter(text -> !text.isBlank()),
                Optional.ofNullable(advertise).map(Options::advertise),
                tags.stream().map(String::strip).filter(tag -> !tag.isEmpty()).toList(),
                noRegister ? Optional.empty() : Optional.of(consul(environment)),
                grace,
                drain);
    }

    private ConsulSettings consul(Map<String, String> environment) {
        boolean tls = environment.getOrDefault("CONSUL_HTTP_SSL", "").matches("(?i)1|t|true");
        return new ConsulSettings(address(consul, tls), ConsulToken.of(environment), checkInterval, deregisterAfter);
    }

    private static ConsulAddress address(String text, boolean tls) {
        try {
            return ConsulAddress.parse(text, tls);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--consul: " + e.getMessage(), e);
        }
    }

    private static Advertise advertise(String text) {
        try {
            var known = HostPort.parse(text, 1);
            boolean withPort = HostPort.parse(text, 2).port() == known.port();
            return new Advertise(known.host(), withPort ? OptionalInt.of(known.port()) : OptionalInt.empty());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("--advertise: " + e.getMessage(), e);
        }
    }
}
