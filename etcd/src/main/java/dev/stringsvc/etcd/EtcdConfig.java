package dev.stringsvc.etcd;

import dev.stringsvc.program.Environment;
import dev.stringsvc.program.Secret;
import dev.stringsvc.program.SettingException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// How to reach etcd.
///
/// @param endpoints the members, at least one; if one does not answer, the next one is asked
/// @param username  empty to call without a user
/// @param password  the user's password
public record EtcdConfig(List<EtcdEndpoint> endpoints, String username, Secret password, EtcdTls tls) {
    /// Where etcd's own tool looks for it.
    public static final String ENDPOINTS = "127.0.0.1:2379";

    /// @throws SettingException if a setting cannot be used
    public EtcdConfig {
        if (endpoints.isEmpty()) {
            throw new SettingException("endpoints", "expected at least one endpoint");
        }
        if (username.isEmpty() && !password.isEmpty()) {
            throw new SettingException("username", "expected the user of the password");
        }
        endpoints = List.copyOf(endpoints);
    }

    /// These endpoints, separated by commas, and defaults for all other settings.
    public static EtcdConfig at(String endpoints) {
        return new EtcdConfig(EtcdEndpoint.parseAll(endpoints), "", Secret.NONE, EtcdTls.DEFAULT);
    }

    /// The settings in the environment variables of etcd's own tool, `etcdctl`.
    ///
    /// @param endpoints what the flag `--etcd` says, instead of `ETCDCTL_ENDPOINTS`
    /// @throws SettingException if a value cannot be used; the message names the variable or the
    /// flag
    public static EtcdConfig of(Environment environment, Optional<String> endpoints) {
        Map<EtcdVariable, String> given = EtcdVariable.in(environment);
        try {
            return new EtcdConfig(
                    EtcdEndpoint.parseAll(
                            endpoints.orElse(given.getOrDefault(EtcdVariable.ETCDCTL_ENDPOINTS, ENDPOINTS))),
                    given.getOrDefault(EtcdVariable.ETCDCTL_USER, ""),
                    new Secret(given.getOrDefault(EtcdVariable.ETCDCTL_PASSWORD, "")),
                    new EtcdTls(
                            given.getOrDefault(EtcdVariable.ETCDCTL_CACERT, ""),
                            given.getOrDefault(EtcdVariable.ETCDCTL_CERT, ""),
                            given.getOrDefault(EtcdVariable.ETCDCTL_KEY, "")));
        } catch (SettingException e) {
            throw endpoints.isPresent() && e.key().equals(EtcdVariable.ETCDCTL_ENDPOINTS.key())
                    ? new SettingException("--etcd", e.problem(), e)
                    : EtcdVariable.named(e);
        }
    }
}
