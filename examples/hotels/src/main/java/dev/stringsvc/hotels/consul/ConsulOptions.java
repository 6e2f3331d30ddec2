package dev.stringsvc.hotels.consul;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.examples.program.Options;
import dev.stringsvc.program.Environment;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command line of a role, which uses Consul.
@Command(
        footerHeading = "%nEnvironment variables of Consul's own tools%n",
        footer = {
            "  CONSUL_HTTP_ADDR          the agent's address, if there is no --consul",
            "  CONSUL_HTTP_TOKEN_FILE    a file with the ACL token; CONSUL_HTTP_TOKEN: the token itself",
            "  CONSUL_HTTP_SSL=true      TLS to Consul; CONSUL_CACERT: a PEM file with the authorities (CAs) to trust",
            "  CONSUL_CLIENT_CERT        a PEM file with the client certificate; CONSUL_CLIENT_KEY: its private key",
            "",
            Options.LAST_WORDS
        })
public abstract class ConsulOptions extends Options {
    private static final String CONSUL = "consul";

    @Option(
            names = "--" + CONSUL,
            paramLabel = "ADDRESS",
            description = "Consul's agent: HOST:PORT, http://HOST:PORT, https://HOST:PORT or unix:///PATH"
                    + " [127.0.0.1:8500]")
    private @Nullable String consul;

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "the id in Consul, unique per instance [ROLE-HOSTNAME-PORT]")
    private @Nullable String id;

    @Option(
            names = "--check-interval",
            paramLabel = "DURATION",
            defaultValue = "1s",
            converter = DurationConverter.class,
            description = "how often Consul asks if the instance is healthy [${DEFAULT-VALUE}]")
    private Duration checkInterval = Duration.ZERO;

    @Option(
            names = "--deregister-after",
            paramLabel = "DURATION",
            defaultValue = "1m",
            converter = DurationConverter.class,
            description = "Consul removes an instance that is critical for this long; Consul's minimum is 1m"
                    + " [${DEFAULT-VALUE}]")
    private Duration deregisterAfter = Duration.ZERO;

    /// How the role uses Consul.
    ///
    /// @throws IllegalArgumentException if an option or a variable has a wrong value; the message
    /// is for the user
    protected final ConsulUse consul(Environment environment) {
        var how = new ConsulUse.Registration(Optional.ofNullable(id), checkInterval, deregisterAfter);
        return new ConsulUse(
                ConsulSettings.of(environment, Optional.ofNullable(consul)),
                registers() ? Optional.of(how) : Optional.empty());
    }

    /// The id in Consul.
    @Override
    protected final String instanceId(Environment environment, int listening) {
        return Self.id(Optional.ofNullable(id), name(), listening);
    }

    /// ConsulSettings reads the variable of Consul's own tools.
    @Override
    protected final boolean readsVariableOf(String option) {
        return option.equals(CONSUL);
    }

    /// Kubernetes sets `GEO_PORT` and the like to addresses, for a service of that name.
    @Override
    protected String variablesPrefix() {
        return "HOTELS_";
    }
}
