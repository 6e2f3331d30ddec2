package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.stringsvc.consul.ConsulAddress;
import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.consul.ConsulTls;
import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.etcd.EtcdEndpoint;
import dev.stringsvc.etcd.EtcdTls;
import dev.stringsvc.etcd.EtcdUser;
import dev.stringsvc.gateway.grpc.ServiceDescriptors;
import dev.stringsvc.gateway.grpc.Transcoder;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.gateway.upstream.Ejection;
import dev.stringsvc.gateway.upstream.Guard;
import dev.stringsvc.program.Check;
import dev.stringsvc.program.HostName;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.IpAddress;
import dev.stringsvc.program.Pem;
import dev.stringsvc.program.Secret;
import dev.stringsvc.program.SettingException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Everything that can be configured, complete and valid. What each key means, and its default, stands in
/// `defaults.yaml` beside this class. Immutable.
public record GatewayConfig(
        String host,
        int port,
        Tls tls,
        Http2 http2,
        Admin admin,
        Consul consul,
        Etcd etcd,
        Shutdown shutdown,
        Log log,
        AccessLog accessLog,
        Traces traces,
        Meters meters,
        Limits limits,
        TrustedProxies trustedProxies,
        Timeouts timeouts,
        Retry retry,
        Ejection ejection,
        Guard guard,
        Map<String, Service> services,
        RouteSpec routeDefaults,
        RouteTable routes) {
    public GatewayConfig {
        Check.port(port);
        services = Map.copyOf(services);
        if (etcd.endpoints().isEmpty()) {
            services.forEach((name, service) -> Check.that(
                    service.source() != Source.ETCD,
                    "services." + name + ".registry",
                    "etcd.endpoints with it, or the flag --etcd, or ETCDCTL_ENDPOINTS"));
        }
        checkTranscoding(services, routes.routes());
    }

    private static void checkTranscoding(Map<String, Service> services, List<Route> routes) {
        for (int i = 0; i < routes.size(); i++) {
            if (routes.get(i).action() instanceof Action.Forward to && to.transcode()) {
                @Nullable Service service = services.get(to.service());
                Check.that(
                        service != null && service.isTranscodable(),
                        "routes." + i + ".transcode",
                        "services.%s with descriptors, or with reflection: true".formatted(to.service()));
            }
        }
    }

    /// HTTP/2 from clients.
    ///
    /// @param cleartext how a client comes to it without TLS
    public record Http2(Cleartext cleartext) {}

    /// How a client comes to HTTP/2 without TLS: knowing that it is spoken, by an upgrade from HTTP/1.1
    /// too, or not at all.
    public enum Cleartext {
        @JsonProperty("prior-knowledge")
        PRIOR_KNOWLEDGE,
        @JsonProperty("upgrade")
        UPGRADE,
        @JsonProperty("off")
        OFF
    }

    /// The port for operators.
    ///
    /// @param hosts the names by which it may be asked, besides addresses and `localhost`
    /// @param token what requests must carry; empty for the one of the file, or for none
    /// @param tokenFile the file that holds the token; it wins over `token`
    /// @param openMetrics true if `/metrics` needs no token
    public record Admin(
            String host, int port, List<String> hosts, Secret token, String tokenFile, boolean openMetrics, Tls tls) {
        public Admin {
            Check.port(port);
            hosts.forEach(name ->
                    Check.that(HostName.isName(name), "hosts", "names without a port, such as gateway or gw.example"));
            hosts = List.copyOf(hosts);
            Check.that(token.isEmpty() || AdminToken.isUsable(token.value()), "token", AdminToken.EXPECTED);
            Check.that(tokenFile.indexOf(0) < 0, "token-file", "a file");
            if (!isLoopback(host) && token.isEmpty() && tokenFile.isEmpty()) {
                throw new SettingException(
                        "token-file",
                        "expected a token, since other machines can reach admin.host " + host
                                + ": set GATEWAY_ADMIN_TOKEN to at least 16 characters, or name a file here (one that"
                                + " does not exist gets a random token); or set admin.host to 127.0.0.1");
            }
        }

        /// Reads the token, or makes its file.
        ///
        /// @throws ConfigException when the file can be neither read nor made
        public AdminToken readToken() throws ConfigException {
            try {
                return AdminToken.read(token, tokenFile);
            } catch (SettingException e) {
                throw new ConfigException("admin." + e.getMessage(), e);
            }
        }

        /// A sentence for the log: where a browser on this machine finds the page.
        ///
        /// @param listening the port
        public String page(int listening, AdminToken token) {
            boolean anywhere = host.equals("0.0.0.0") || host.equals("::");
            String scheme = tls.certificate().isEmpty() ? "http://" : "https://";
            return token.page(scheme + IpAddress.withPort(anywhere ? "127.0.0.1" : host, listening) + "/");
        }

        /// True if only this machine can reach the address. A name other than `localhost` may change what it
        /// stands for.
        private static boolean isLoopback(String host) {
            try {
                return host.equalsIgnoreCase("localhost")
                        || InetAddress.ofLiteral(host).isLoopbackAddress();
            } catch (IllegalArgumentException e) {
                return false;
            }
        }
    }

    /// Where Consul is, and how it is reached: as [ConsulSettings].
    ///
    /// @param lastGood the file that keeps the last known instances; empty for none
    /// @param routes whether services' tags make routes
    /// @param tagRules which of them; all but redirects where there are none
    /// @param addresses where its instances may be; empty for the rules that hold without
    public record Consul(
            String address,
            Secret token,
            String tokenFile,
            Secret auth,
            String namespace,
            String partition,
            ConsulTls tls,
            Duration waitTime,
            String lastGood,
            Duration lastGoodAge,
            boolean routes,
            List<TagRule> tagRules,
            List<AddressRange> addresses) {
        public Consul {
            var _ = ConsulAddress.parse(address, tls.enabled());
            tagRules = List.copyOf(tagRules);
            Check.that(waitTime.toSeconds() >= 1 && waitTime.toSeconds() <= 600, "wait-time", "1s to 10m");
            Check.that(lastGood.indexOf(0) < 0, "last-good", "a file");
            Check.that(
                    lastGood.isEmpty() || lastGoodAge.compareTo(waitTime) > 0,
                    "last-good-age",
                    "more than the wait-time, after which Consul confirms what it said");
            addresses = List.copyOf(addresses);
        }

        /// How the agent is reached.
        ///
        /// @throws ConfigException when the token file cannot be read, or a value cannot be sent
        public ConsulSettings settings() throws ConfigException {
            try {
                return new ConsulSettings(
                        ConsulAddress.parse(address, tls.enabled()), token, tokenFile, auth, namespace, partition, tls);
            } catch (SettingException e) {
                throw new ConfigException("consul." + e.getMessage(), e);
            }
        }

        /// The file that keeps the last known instances.
        public Optional<Path> lastGoodFile() {
            return lastGood.isEmpty() ? Optional.empty() : Optional.of(Path.of(lastGood));
        }
    }

    /// Where etcd is, how it is reached, and which keys belong to services.
    ///
    /// @param endpoints its members; empty if no service is in etcd
    /// @param prefix a service's keys begin with it, the service's name and a slash
    /// @param addresses where its instances may be; empty for the rules that hold without
    public record Etcd(
            List<String> endpoints,
            String prefix,
            String username,
            Secret password,
            String passwordFile,
            String ca,
            String certificate,
            String key,
            boolean verify,
            List<AddressRange> addresses) {
        public Etcd {
            endpoints.forEach(EtcdEndpoint::parse);
            endpoints = List.copyOf(endpoints);
            Check.that(prefix.isEmpty() || prefix.endsWith("/"), "prefix", "a slash at its end, as in /services/");
            Check.that(
                    !username.isEmpty() || (password.isEmpty() && passwordFile.isEmpty()),
                    "username",
                    "the user of the password");
            var _ = tls(verify, ca, certificate, key);
            addresses = List.copyOf(addresses);
        }

        private static EtcdTls tls(boolean verify, String ca, String certificate, String key) {
            return new EtcdTls(verify, ca, certificate, key);
        }

        /// How etcd is reached; empty if it has no endpoints.
        ///
        /// @throws ConfigException when the password file cannot be read
        public Optional<EtcdConfig> settings() throws ConfigException {
            if (endpoints.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(new EtcdConfig(
                        endpoints.stream().map(EtcdEndpoint::parse).toList(),
                        new EtcdUser(username, password, passwordFile),
                        tls(verify, ca, certificate, key)));
            } catch (SettingException e) {
                throw new ConfigException("etcd." + e.getMessage(), e);
            }
        }
    }

    /// How the gateway goes.
    ///
    /// @param drain empty for as long as the routes' deadlines need
    public record Shutdown(Duration grace, Optional<Duration> drain) {}

    /// How the log is written.
    public record Log(Format format) {}

    /// How each line of the log is written.
    public enum Format {
        @JsonProperty("logfmt")
        LOGFMT,
        @JsonProperty("json")
        JSON
    }

    /// Which requests have a line in the log.
    ///
    /// @param unattemptedPerSecond how many of those that reached no instance
    /// @param successRatio the share of those that succeeded in one attempt
    public record AccessLog(int unattemptedPerSecond, double successRatio) {
        public AccessLog {
            Check.that(successRatio >= 0 && successRatio <= 1, "success-ratio", "0 to 1");
            Check.that(
                    unattemptedPerSecond >= 0 && unattemptedPerSecond <= 1_000_000,
                    "unattempted-per-second",
                    "0 to 1000000");
        }
    }

    /// Where traces go, and which requests have one.
    ///
    /// @param endpoint empty for no traces
    /// @param samplerArgument empty where the sampler takes none
    /// @param settings by the names of OpenTelemetry's properties, without `otel.`
    public record Traces(
            String endpoint,
            OtlpProtocol protocol,
            String serviceName,
            Map<String, String> resourceAttributes,
            String sampler,
            String samplerArgument,
            List<String> propagators,
            Map<String, String> settings) {
        private static final String OTEL = "otel.";

        private static final List<String> SAMPLERS = List.of(
                "always_on",
                "always_off",
                "traceidratio",
                "parentbased_always_on",
                "parentbased_always_off",
                "parentbased_traceidratio");

        private static final List<String> PROPAGATORS =
                List.of("tracecontext", "baggage", "b3", "b3multi", "jaeger", "ottrace");

        public Traces {
            Check.that(
                    endpoint.isEmpty() || endpoint.matches("https?://[^/].*"),
                    "endpoint",
                    "http://host:port or https://host:port");
            Check.that(!serviceName.isBlank(), "service-name", "a name");
            Check.that(SAMPLERS.contains(sampler), "sampler", "one of " + String.join(", ", SAMPLERS));
            Check.that(
                    PROPAGATORS.containsAll(propagators),
                    "propagators",
                    "some of " + String.join(", ", PROPAGATORS) + ", or an empty list");
            Check.that(
                    samplerArgument.isEmpty() || samplerArgument.matches("0(\\.\\d*)?|1(\\.0*)?"),
                    "sampler-argument",
                    "a share from 0 to 1");
            Check.that(
                    settings.keySet().stream().allMatch(key -> key.startsWith(OTEL)),
                    "settings",
                    "names of OpenTelemetry's properties, such as otel.bsp.schedule.delay");
            resourceAttributes = Map.copyOf(resourceAttributes);
            propagators = List.copyOf(propagators);
            settings = Map.copyOf(settings);
        }

        public boolean on() {
            return !endpoint.isEmpty();
        }

        /// The settings by the names of OpenTelemetry's properties.
        public Map<String, String> properties() {
            Map<String, String> properties = new HashMap<>();
            properties.put(OTEL + "exporter.otlp.endpoint", endpoint);
            properties.put(
                    OTEL + "exporter.otlp.protocol",
                    switch (protocol) {
                        case HTTP_PROTOBUF -> "http/protobuf";
                        case GRPC -> "grpc";
                    });
            properties.put(OTEL + "service.name", serviceName);
            properties.put(OTEL + "resource.attributes", listed(resourceAttributes));
            properties.put(OTEL + "traces.sampler", sampler);
            properties.put(OTEL + "traces.sampler.arg", samplerArgument);
            properties.put(OTEL + "propagators", propagators.isEmpty() ? "none" : String.join(",", propagators));
            properties.putAll(settings);
            return properties;
        }

        private static String listed(Map<String, String> attributes) {
            return attributes.entrySet().stream()
                    .map(one -> one.getKey() + "="
                            + URLEncoder.encode(one.getValue(), StandardCharsets.UTF_8)
                                    .replace("+", "%20"))
                    .collect(Collectors.joining(","));
        }
    }

    /// Where meters are sent by OTLP, beside the page that Prometheus scrapes.
    ///
    /// @param endpoint empty for nowhere; without a path it is that of OTLP
    public record Meters(String endpoint, Duration interval) {
        private static final String PATH = "/v1/metrics";

        public Meters {
            Check.that(
                    endpoint.isEmpty() || endpoint.matches("https?://[^/].*"),
                    "endpoint",
                    "http://host:port or https://host:port, with or without a path");
            Check.that(interval.isPositive(), "interval", "a time such as 60s");
        }

        public boolean on() {
            return !endpoint.isEmpty();
        }

        /// The endpoint with its path.
        public String url() {
            return endpoint.matches("https?://[^/]+/?") ? endpoint.replaceFirst("/$", "") + PATH : endpoint;
        }
    }

    /// How traces are sent.
    public enum OtlpProtocol {
        @JsonProperty("http/protobuf")
        HTTP_PROTOBUF,
        @JsonProperty("grpc")
        GRPC
    }

    /// What the gateway takes from clients.
    ///
    /// @param connections the most at a time; empty for as many as the process can keep
    public record Limits(
            ByteSize head,
            ByteSize target,
            ByteSize replayBody,
            ByteSize requestBody,
            int inFlight,
            Optional<Integer> connections,
            int tunnels,
            int streams,
            ByteSize clientRate,
            Duration clientGrace) {
        public Limits {
            Check.that(head.bytes() >= 1_024 && head.bytes() <= 1 << 20, "head", "1KiB to 1MiB");
            Check.that(target.bytes() >= 1 && target.bytes() <= head.bytes(), "target", "at least 1, at most the head");
            Check.that(tunnels >= 0 && tunnels <= 1_000_000, "tunnels", "0 to 1000000");
            Check.that(connections.stream().allMatch(n -> n >= 1 && n <= 1_000_000), "connections", "1 to 1000000");
            Check.that(streams >= 0 && streams <= 1_000_000, "streams", "0 to 1000000");
            Check.that(inFlight >= 1 && inFlight <= 1_000_000, "in-flight", "1 to 1000000");
            Check.that(clientRate.bytes() <= 1 << 30, "client-rate", "at most 1GiB");
            Check.that(clientGrace.isPositive(), "client-grace", "more than 0");
            Check.that(replayBody.bytes() <= 16 << 20, "replay-body", "at most 16MiB");
        }
    }

    /// How long instances may take, and clients.
    public record Timeouts(Duration connect, Duration idle, Duration head, Duration client, Duration stream) {
        public Timeouts {
            Check.that(stream.isPositive(), "stream", "more than 0");
            Check.that(head.isPositive(), "head", "more than 0");
            Check.that(client.isPositive(), "client", "more than 0");
            Check.that(connect.isPositive(), "connect", "more than 0");
            Check.that(idle.isPositive(), "idle", "more than 0");
        }
    }

    /// How retries are spread and bounded.
    public record Retry(Duration backoff, double budgetRatio, int budgetFloor, double hedgeRatio) {
        public Retry {
            Check.that(budgetRatio >= 0 && budgetRatio <= 1, "budget-ratio", "0 to 1");
            Check.that(hedgeRatio >= 0 && hedgeRatio <= 1, "hedge-ratio", "0 to 1");
            Check.that(budgetFloor >= 0 && budgetFloor <= 10_000, "budget-floor", "0 to 10000");
        }
    }

    /// Where a service's instances come from, fixed ones or those of a registry with all of the tags and
    /// meta, and what they speak.
    ///
    /// @param registry empty for Consul, or for fixed instances
    /// @param ca the file of who signs the instances' certificates; empty for those that the JVM trusts
    /// @param serverName whom the certificates must name; empty for the instance's address
    /// @param inFlight the most requests that the service holds at a time; empty for half of what the
    /// gateway takes
    /// @param descriptors a file with a FileDescriptorSet of the service's methods; empty for none
    /// @param reflection true if its instances are asked for the methods
    public record Service(
            List<String> tags,
            Map<String, String> meta,
            List<HostPort> instances,
            Optional<Registry> registry,
            Protocol protocol,
            String ca,
            String serverName,
            Optional<Integer> inFlight,
            String descriptors,
            boolean reflection) {
        /// A service in Consul, of which nothing else is known.
        static final Service PLAIN = new Service(
                List.of(), Map.of(), List.of(), Optional.empty(), Protocol.HTTP, "", "", Optional.empty(), "", false);

        public Service {
            boolean tls = protocol == Protocol.HTTPS || protocol == Protocol.H2;
            Check.that(ca.isEmpty() || tls, "ca", "protocol: https or h2 with it");
            Check.that(serverName.isEmpty() || tls, "server-name", "protocol: https or h2 with it");
            Check.that(inFlight.stream().allMatch(n -> n >= 1 && n <= 1_000_000), "in-flight", "1 to 1000000");
            Check.that(
                    registry.isEmpty() || instances.isEmpty(),
                    "registry",
                    "no instances beside it, since fixed instances are in no registry");
            Check.that(
                    tags.isEmpty() || registry.orElse(Registry.CONSUL) == Registry.CONSUL,
                    "tags",
                    "registry: consul with them, since keys in etcd have none; meta: chooses by Metadata");
            trusted(ca);
            boolean http2 = protocol == Protocol.H2C || protocol == Protocol.H2;
            Check.that(descriptors.isEmpty() || http2, "descriptors", "protocol: h2c or h2 with it");
            Check.that(!reflection || http2, "reflection", "protocol: h2c or h2 with it");
            Check.that(descriptors.isEmpty() || !reflection, "reflection", "not both descriptors and reflection");
            var _ = transcoder(descriptors);
            tags = List.copyOf(tags);
            meta = Map.copyOf(meta);
            instances = List.copyOf(instances);
        }

        public boolean hasDescriptors() {
            return !descriptors.isEmpty();
        }

        /// True if JSON requests can be made calls of its methods.
        boolean isTranscodable() {
            return reflection || !descriptors.isEmpty();
        }

        /// The methods of the file, read now; empty if there is none.
        public Optional<Transcoder> transcoder() {
            return transcoder(descriptors);
        }

        private static Optional<Transcoder> transcoder(String descriptors) {
            if (descriptors.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(new Transcoder(ServiceDescriptors.parse(Files.readAllBytes(Path.of(descriptors)))));
            } catch (IOException | InvalidPathException e) {
                throw new SettingException("descriptors", "cannot be read: " + descriptors, e);
            } catch (IllegalArgumentException e) {
                throw new SettingException("descriptors", descriptors + ": " + e.getMessage(), e);
            }
        }

        /// Who signs the instances' certificates, read now; empty where it is whom the JVM trusts.
        public Optional<KeyStore> trusted() {
            return trusted(ca);
        }

        /// Whether its instances are spoken to in the same way. Where they may be depends on
        /// where they come from.
        public boolean isSpokenToAs(Service other) {
            return protocol == other.protocol
                    && ca.equals(other.ca)
                    && serverName.equals(other.serverName)
                    && source() == other.source();
        }

        /// Where its instances come from.
        public Source source() {
            if (!instances.isEmpty()) {
                return Source.CONFIGURATION;
            }
            return switch (registry.orElse(Registry.CONSUL)) {
                case CONSUL -> Source.CONSUL;
                case ETCD -> Source.ETCD;
            };
        }

        /// True if its instances are looked for in the same way.
        public boolean isFoundAs(Service other) {
            return source() == other.source()
                    && tags.equals(other.tags)
                    && meta.equals(other.meta)
                    && instances.equals(other.instances);
        }

        private static Optional<KeyStore> trusted(String ca) {
            return ca.isEmpty() ? Optional.empty() : Optional.of(Pem.trusting("ca", ca));
        }
    }

    /// Where the instances of a service are registered.
    public enum Registry {
        @JsonProperty("consul")
        CONSUL,
        @JsonProperty("etcd")
        ETCD
    }

    /// Where the instances of a service come from.
    public enum Source {
        CONFIGURATION,
        CONSUL,
        ETCD
    }

    /// What a service's instances speak.
    public enum Protocol {
        @JsonProperty("http")
        HTTP,
        @JsonProperty("h2c")
        H2C,
        @JsonProperty("https")
        HTTPS,
        @JsonProperty("h2")
        H2
    }

    /// How many requests a service may hold at a time: half of what the gateway takes, unless its
    /// definition says otherwise.
    public int share(Service service) {
        return service.inFlight().orElse(Math.max(1, limits.inFlight() / 2));
    }

    /// What is known of a service; nothing special where it is not listed.
    public Service service(String name) {
        return services.getOrDefault(name, Service.PLAIN);
    }
}
