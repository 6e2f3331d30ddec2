package dev.stringsvc.gateway.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.consul.ConsulVariable;
import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.etcd.EtcdVariable;
import dev.stringsvc.gateway.config.ConfigLoader;
import dev.stringsvc.program.Environment;
import dev.stringsvc.tracing.TraceVariables;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// Flags and their environment variables; a flag wins over its variable, and both over the file.
public final class Flags {
    private static final String TLS = "tls.";
    static final String ADMIN_TOKEN = "GATEWAY_ADMIN_TOKEN";
    static final String ADMIN_TOKEN_FILE = "GATEWAY_ADMIN_TOKEN_FILE";

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
            description = "Address of the admin port; any but the loopback's needs a token. GATEWAY_ADMIN_HOST, default"
                    + " 127.0.0.1")
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
            names = "--admin-token-file",
            paramLabel = "FILE",
            description = "Holds the token that the admin port asks for; made with a random token if it does not exist."
                    + " GATEWAY_ADMIN_TOKEN_FILE")
    private @Nullable String adminTokenFile;

    @Option(
            names = "--admin-open-metrics",
            arity = "0..1",
            paramLabel = "true|false",
            fallbackValue = "true",
            description = "/metrics needs no token. GATEWAY_ADMIN_OPEN_METRICS")
    private @Nullable Boolean adminOpenMetrics;

    @Option(
            names = "--consul",
            paramLabel = "ADDRESS",
            description =
                    "Consul's host:port, http(s)://host:port or unix:///path. CONSUL_HTTP_ADDR, default 127.0.0.1:8500")
    private @Nullable String consul;

    @Option(
            names = "--etcd",
            paramLabel = "ENDPOINT[,ENDPOINT...]",
            description = "etcd's members, each as host:port or http(s)://host:port, for services with registry: etcd."
                    + " ETCDCTL_ENDPOINTS")
    private @Nullable String etcd;

    @Option(
            names = "--last-good",
            paramLabel = "FILE",
            description = "Keeps the last known instances, so that a start needs no registry. GATEWAY_LAST_GOOD")
    private @Nullable String lastGood;

    @Option(
            names = "--static",
            paramLabel = "SERVICE=HOST:PORT[,HOST:PORT...]",
            description = {
                "Fixed instances of a service, which no registry is then asked for; may be repeated, or given several"
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

    @Option(
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "logfmt or json. GATEWAY_LOG_FORMAT, default logfmt")
    private @Nullable String logFormat;

    @Option(names = "--verbose", description = "Log more.")
    public boolean verbose;

    /// What was given, in the shape of the file.
    ///
    /// @throws ParameterException when a flag has another form than its help says
    public ObjectNode overrides(CommandLine command, Environment environment) {
        ObjectNode all = ConfigLoader.noFlags();
        put(all, "host", host);
        put(all, "port", port);
        put(all.putObject("admin"), "host", adminHost);
        put(all.withObject("/admin"), "port", adminPort);
        putList(all.withObject("/admin"), "hosts", adminHosts);
        putToken(all.withObject("/admin"), environment);
        putConsul(command, all.putObject("consul"), environment);
        put(all.withObject("/consul"), "last-good", lastGood);
        putEtcd(command, all.putObject("etcd"), environment);
        putTraces(all.putObject("traces"), environment);
        putMeters(all.putObject("meters"), environment);
        put(all.putObject("log"), "format", logFormat);
        put(all.putObject("shutdown"), "grace", grace);
        put(all.withObject("/shutdown"), "drain", drain);
        ObjectNode services = all.putObject("services");
        fixed.stream()
                .flatMap(text -> List.of(text.trim().split("\\s+")).stream())
                .filter(text -> !text.isEmpty())
                .forEach(text -> putFixed(command, services, text));
        return all;
    }

    /// Puts what is said of the admin port's token. There is no flag for the token itself, since other users
    /// of the machine can read a process's flags.
    private void putToken(ObjectNode admin, Environment environment) {
        environment
                .get(ADMIN_TOKEN)
                .ifPresent(token -> admin.put("token", token).put("token-file", ""));
        put(admin, "token-file", adminTokenFile);
        if (adminOpenMetrics != null) {
            admin.put("open-metrics", adminOpenMetrics);
        }
    }

    /// Puts what the variables of Consul's own tools say under the keys that mean the same.
    private void putConsul(CommandLine command, ObjectNode into, Environment environment) {
        try {
            var _ = ConsulSettings.of(environment, Optional.ofNullable(consul)); // names a variable that is wrong
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, e.getMessage(), e);
        }
        ConsulVariable.in(environment).forEach((variable, value) -> {
            boolean ofTls = variable.key().startsWith(TLS);
            ObjectNode section = ofTls ? into.withObject("/tls") : into;
            String key = ofTls ? variable.key().substring(TLS.length()) : variable.key();
            if (variable.isFlag()) {
                environment.flag(variable.name()).ifPresent(flag -> section.put(key, flag));
            } else {
                section.put(key, value);
            }
        });
        put(into, "address", consul);
    }

    /// Puts what the variables of etcd's own tool say under the keys that mean the same.
    private void putEtcd(CommandLine command, ObjectNode into, Environment environment) {
        try {
            EtcdConfig.check(environment, Optional.ofNullable(etcd)); // names a variable that is wrong
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command, e.getMessage(), e);
        }
        EtcdVariable.in(environment).forEach((variable, value) -> {
            switch (variable) {
                case ETCDCTL_ENDPOINTS -> putList(into, variable.key(), value);
                case ETCDCTL_PASSWORD -> into.put(variable.key(), value).put("password-file", "");
                case ETCDCTL_INSECURE_SKIP_TLS_VERIFY -> into.put(variable.key(), !Boolean.parseBoolean(value));
                case ETCDCTL_USER, ETCDCTL_CACERT, ETCDCTL_CERT, ETCDCTL_KEY -> into.put(variable.key(), value);
            }
        });
        putList(into, "endpoints", etcd);
    }

    /// Switches traces on or off as OpenTelemetry's variables say. Its library reads all of them itself.
    private static void putTraces(ObjectNode into, Environment environment) {
        if (TraceVariables.off(environment)) {
            into.put("endpoint", "");
        } else {
            put(into, "endpoint", TraceVariables.endpoint(environment).orElse(null));
        }
    }

    /// Says where meters are sent, as OpenTelemetry's variables do. Without OTEL_METRICS_EXPORTER=otlp, the endpoint
    /// of all signals is that of traces alone.
    private static void putMeters(ObjectNode into, Environment environment) {
        Optional<String> exporter = environment.get("OTEL_METRICS_EXPORTER");
        boolean otlp = exporter.filter("otlp"::equalsIgnoreCase).isPresent();
        if (environment.flag("OTEL_SDK_DISABLED").orElse(false) || (exporter.isPresent() && !otlp)) {
            into.put("endpoint", "");
            return;
        }
        Optional<String> endpoint = environment.get("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT");
        if (endpoint.isEmpty() && otlp) {
            String ofAll = environment.get("OTEL_EXPORTER_OTLP_ENDPOINT").orElse("http://localhost:4318");
            endpoint = Optional.of(ofAll.replaceFirst("/$", "") + "/v1/metrics");
        }
        put(into, "endpoint", endpoint.orElse(null));
        environment.get("OTEL_METRIC_EXPORT_INTERVAL").ifPresent(millis -> into.put("interval", millis + "ms"));
    }

    /// What a file is checked together with, since a file need not hold it: etcd's endpoints, and the admin
    /// port's token.
    public static ObjectNode beside(Environment environment) {
        ObjectNode all = ConfigLoader.noFlags();
        environment.get(ADMIN_TOKEN).ifPresent(token -> all.withObject("/admin").put("token", token));
        environment
                .get(ADMIN_TOKEN_FILE)
                .ifPresent(file -> all.withObject("/admin").put("token-file", file));
        environment
                .get(EtcdVariable.ETCDCTL_ENDPOINTS.name())
                .ifPresent(members -> putList(all.putObject("etcd"), EtcdVariable.ETCDCTL_ENDPOINTS.key(), members));
        return all;
    }

    /// Takes what no flag gives from the environment.
    public static final class Variables implements CommandLine.IDefaultValueProvider {
        private static final Map<String, String> BY_OPTION = Map.ofEntries(
                Map.entry("--config", "GATEWAY_CONFIG"),
                Map.entry("--host", "GATEWAY_HOST"),
                Map.entry("--port", "GATEWAY_PORT"),
                Map.entry("--admin-host", "GATEWAY_ADMIN_HOST"),
                Map.entry("--admin-port", "GATEWAY_ADMIN_PORT"),
                Map.entry("--admin-hosts", "GATEWAY_ADMIN_HOSTS"),
                Map.entry("--admin-token-file", ADMIN_TOKEN_FILE),
                Map.entry("--admin-open-metrics", "GATEWAY_ADMIN_OPEN_METRICS"),
                Map.entry("--last-good", "GATEWAY_LAST_GOOD"),
                Map.entry("--static", "GATEWAY_STATIC"),
                Map.entry("--log-format", "GATEWAY_LOG_FORMAT"),
                Map.entry("--grace", "GATEWAY_GRACE"),
                Map.entry("--drain", "GATEWAY_DRAIN"));

        @Override
        public @Nullable String defaultValue(ArgSpec argument) {
            @Nullable
            String variable = argument instanceof OptionSpec option ? BY_OPTION.get(option.longestName()) : null;
            return variable == null
                    ? null
                    : Environment.ofProcess().get(variable).orElse(null);
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
