package dev.stringsvc.users.etcd;

import dev.stringsvc.etcd.EtcdConfig;
import dev.stringsvc.examples.program.Options;
import dev.stringsvc.program.Environment;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// The command line of a program that uses etcd.
@Command(
        footerHeading = "%nEnvironment variables of etcd's own tool%n",
        footer = {
            "  ETCDCTL_ENDPOINTS    etcd's addresses, if there is no --etcd",
            "  ETCDCTL_USER         the user, or user:password; ETCDCTL_PASSWORD: its password",
            "  ETCDCTL_CACERT       a PEM file with the authorities (CAs) to trust; default: the JVM's",
            "  ETCDCTL_CERT         a PEM file with the client certificate; ETCDCTL_KEY: its private key",
            "  ETCDCTL_INSECURE_SKIP_TLS_VERIFY=true: etcd's certificates are not checked",
            "",
            Options.LAST_WORDS
        })
public abstract class EtcdOptions extends Options {
    private static final String ETCD = "etcd";

    @Option(
            names = "--" + ETCD,
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

    @Option(
            names = "--lease",
            paramLabel = "DURATION",
            defaultValue = "10s",
            converter = DurationConverter.class,
            description = "how long the key in etcd stays after the program was killed [${DEFAULT-VALUE}]")
    private Duration lease = Duration.ZERO;

    /// How the program uses etcd.
    ///
    /// @throws IllegalArgumentException if an option or a variable has a wrong value; the message
    /// is for the user
    protected final EtcdSettings etcd(Environment environment) {
        return new EtcdSettings(
                EtcdConfig.of(environment, Optional.ofNullable(etcd)),
                prefix,
                registers() ? Optional.of(lease) : Optional.empty());
    }

    /// The address that is registered in etcd: its key ends with it.
    @Override
    protected final String instanceId(Environment environment, int listening) {
        try {
            return Registration.address(serving(), etcd(environment).etcd(), listening)
                    .toString();
        } catch (IOException e) {
            return super.instanceId(environment, listening);
        }
    }

    /// EtcdConfig reads the variable of etcd's own tool.
    @Override
    protected final boolean readsVariableOf(String option) {
        return option.equals(ETCD);
    }
}
