package dev.stringsvc.etcd;

import dev.stringsvc.program.Environment;
import dev.stringsvc.program.Secret;
import dev.stringsvc.program.SettingException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// How to reach etcd.
///
/// @param endpoints the members, at least one; if one does not answer, the next one is asked
public record EtcdConfig(List<EtcdEndpoint> endpoints, EtcdUser user, EtcdTls tls) {
    /// Where etcd's own tool looks for it.
    public static final String ENDPOINTS = "127.0.0.1:2379";

    /// @throws SettingException if a setting cannot be used
    public EtcdConfig {
        if (endpoints.isEmpty()) {
            throw new SettingException("endpoints", "expected at least one endpoint");
        }
        endpoints = List.copyOf(endpoints);
    }

    /// These endpoints, separated by commas, and defaults for all other settings.
    public static EtcdConfig at(String endpoints) {
        return new EtcdConfig(EtcdEndpoint.parseAll(endpoints), EtcdUser.NOBODY, EtcdTls.DEFAULT);
    }

    /// The settings in the environment variables of etcd's own tool, `etcdctl`.
    ///
    /// @param endpoints what the flag `--etcd` says, instead of `ETCDCTL_ENDPOINTS`
    /// @throws SettingException if a value cannot be used; the message names the variable or the
    /// flag
    public static EtcdConfig of(Environment environment, Optional<String> endpoints) {
        Map<EtcdVariable, String> given = EtcdVariable.in(environment);
        return named(
                endpoints,
                () -> new EtcdConfig(
                        members(given, endpoints),
                        new EtcdUser(
                                given.getOrDefault(EtcdVariable.ETCDCTL_USER, ""),
                                new Secret(given.getOrDefault(EtcdVariable.ETCDCTL_PASSWORD, ""))),
                        tls(given)));
    }

    /// Checks the environment variables without those of the user, which a configuration file may
    /// complete.
    ///
    /// @throws SettingException as [#of]
    public static void check(Environment environment, Optional<String> endpoints) {
        Map<EtcdVariable, String> given = EtcdVariable.in(environment);
        var _ = named(endpoints, () -> new EtcdConfig(members(given, endpoints), EtcdUser.NOBODY, tls(given)));
    }

    private static List<EtcdEndpoint> members(Map<EtcdVariable, String> given, Optional<String> endpoints) {
        return EtcdEndpoint.parseAll(endpoints.orElse(given.getOrDefault(EtcdVariable.ETCDCTL_ENDPOINTS, ENDPOINTS)));
    }

    private static EtcdTls tls(Map<EtcdVariable, String> given) {
        return new EtcdTls(
                !Boolean.parseBoolean(given.get(EtcdVariable.ETCDCTL_INSECURE_SKIP_TLS_VERIFY)),
                given.getOrDefault(EtcdVariable.ETCDCTL_CACERT, ""),
                given.getOrDefault(EtcdVariable.ETCDCTL_CERT, ""),
                given.getOrDefault(EtcdVariable.ETCDCTL_KEY, ""));
    }

    private static EtcdConfig named(Optional<String> endpoints, Supplier<EtcdConfig> config) {
        try {
            return config.get();
        } catch (SettingException e) {
            throw endpoints.isPresent() && e.key().equals(EtcdVariable.ETCDCTL_ENDPOINTS.key())
                    ? new SettingException("--etcd", e.problem(), e)
                    : EtcdVariable.named(e);
        }
    }
}
