package dev.stringsvc.gateway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.gateway.config.ConfigLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// Flags and their environment variables; a flag wins over its variable, and both over the file.
public final class Flags {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "A YAML file laid over the defaults (see `gateway defaults`). GATEWAY_CONFIG")
    @Nullable
    public Path config;

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            description = "Address of the data port. GATEWAY_HOST, default 0.0.0.0")
    private @Nullable String host;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            description = "The data port; 0 picks a free one. GATEWAY_PORT, default 8080")
    private @Nullable Integer port;

    @Option(
            names = "--admin-host",
            paramLabel = "ADDRESS",
            description = "Address of the admin port. GATEWAY_ADMIN_HOST, default 127.0.0.1")
    private @Nullable String adminHost;

    @Option(
            names = "--admin-port",
            paramLabel = "PORT",
            description = "The admin port; 0 picks a free one. GATEWAY_ADMIN_PORT, default 8081")
    private @Nullable Integer adminPort;

    @Option(
            names = "--admin-hosts",
            paramLabel = "NAME[,NAME...]",
            description = "Names by which the admin port may be asked, besides addresses and localhost."
                    + " GATEWAY_ADMIN_HOSTS")
    private @Nullable String adminHosts;

    @Option(
            names = "--consul",
            paramLabel = "ADDRESS",
            description = "Consul's host:port or http(s)://host:port. CONSUL_HTTP_ADDR, default 127.0.0.1:8500")
    private @Nullable String consul;

    @Option(
            names = "--last-good",
            paramLabel = "FILE",
            description = "Keeps the last known instances, so that a start does not need Consul. GATEWAY_LAST_GOOD")
    private @Nullable String lastGood;

    @Option(
            names = "--static",
            paramLabel = "SERVICE=HOST:PORT[,HOST:PORT...]",
            description = {
                "Fixed instances of a service, which Consul is then not asked for; may be repeated, or given several"
                        + " separated by spaces. GATEWAY_STATIC"
            })
    private List<String> fixed = new ArrayList<>();

    @Option(
            names = "--grace",
            paramLabel = "DURATION",
            description = "How long /readyz says no before the port closes, on SIGTERM. GATEWAY_GRACE, default 3s")
    private @Nullable String grace;

    @Option(
            names = "--drain",
            paramLabel = "DURATION",
            description = "How long requests in flight may take to finish then. GATEWAY_DRAIN, default: the longest"
                    + " deadline of any route and 5s")
    private @Nullable String drain;

    @Option(names = "--verbose", description = "Log more.")
    public boolean verbose;

    /// What was given, in the shape of the file.
    ///
    /// @throws ParameterException when a flag has another form than its help says
    public ObjectNode overrides(CommandLine command) {
        ObjectNode all = ConfigLoader.noFlags();
        put(all, "host", host);
        put(all, "port", port);
        put(all.putObject("admin"), "host", adminHost);
        put(all.withObject("/admin"), "port", adminPort);
        putList(all.withObject("/admin"), "hosts", adminHosts);
        put(all.putObject("consul"), "address", consul);
        put(all.withObject("/consul"), "last-good", lastGood);
        put(all.putObject("shutdown"), "grace", grace);
        put(all.withObject("/shutdown"), "drain", drain);
        ObjectNode services = all.putObject("services");
        fixed.stream()
                .flatMap(text -> List.of(text.trim().split("\\s+")).stream())
                .filter(text -> !text.isEmpty())
                .forEach(text -> putFixed(command, services, text));
        return all;
    }

    /// Whether Consul's address means https where it has no scheme, by the variable of Consul's own tools and as they
    /// read it.
    ///
    /// @throws ParameterException when it says neither yes nor no
    public static boolean consulTls(CommandLine command, @Nullable String variable) {
        return switch (variable == null ? "" : variable) {
            case "1", "t", "T", "TRUE", "true", "True" -> true;
            case "", "0", "f", "F", "FALSE", "false", "False" -> false;
            default -> throw new ParameterException(command, "CONSUL_HTTP_SSL: expected true or false");
        };
    }

    /// Takes what no flag gives from the environment, where an empty variable is as good as none.
    public static final class Environment implements CommandLine.IDefaultValueProvider {
        private static final Map<String, String> VARIABLES = Map.ofEntries(
                Map.entry("--config", "GATEWAY_CONFIG"),
                Map.entry("--host", "GATEWAY_HOST"),
                Map.entry("--port", "GATEWAY_PORT"),
                Map.entry("--admin-host", "GATEWAY_ADMIN_HOST"),
                Map.entry("--admin-port", "GATEWAY_ADMIN_PORT"),
                Map.entry("--admin-hosts", "GATEWAY_ADMIN_HOSTS"),
                Map.entry("--consul", "CONSUL_HTTP_ADDR"),
                Map.entry("--last-good", "GATEWAY_LAST_GOOD"),
                Map.entry("--static", "GATEWAY_STATIC"),
                Map.entry("--grace", "GATEWAY_GRACE"),
                Map.entry("--drain", "GATEWAY_DRAIN"));

        @Override
        public @Nullable String defaultValue(ArgSpec argument) {
            @Nullable
            String variable = argument instanceof OptionSpec option ? VARIABLES.get(option.longestName()) : null;
            @Nullable String value = variable == null ? null : System.getenv(variable);
            return value == null || value.isBlank() ? null : value;
        }
    }

    private static void put(ObjectNode into, String key, @Nullable Integer value) {
        if (value != null) {
            into.put(key, value);
        }
    }

    private static void put(ObjectNode into, String key, @Nullable String value) {
        if (value != null && !value.isBlank()) {
            into.put(key, value);
        }
    }

    private static void putList(ObjectNode into, String key, @Nullable String values) {
        if (values != null && !values.isBlank()) {
            var list = into.putArray(key);
            for (String value : values.split(",", -1)) {
                list.add(value.strip());
            }
        }
    }

    private static void putFixed(CommandLine command, ObjectNode services, String text) {
        int equals = text.indexOf('=');
        if (equals < 1) {
            throw new ParameterException(command, "--static: expected service=host:port,host:port, got '" + text + "'");
        }
        var instances = services.putObject(text.substring(0, equals)).putArray("instances");
        for (String instance : text.substring(equals + 1).split(",", -1)) {
            instances.add(instance);
        }
    }
}
