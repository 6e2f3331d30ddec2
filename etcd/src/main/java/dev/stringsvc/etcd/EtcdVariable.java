package dev.stringsvc.etcd;

import dev.stringsvc.program.Environment;
import dev.stringsvc.program.SettingException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;

/// The environment variables of etcd's own tool, and the key that each has under `etcd` in the
/// gateway's file.
///
/// Source: `etcdctl/ctlv3/ctl.go` and `etcdctl/README.md` of etcd 3.4.
public enum EtcdVariable {
    ETCDCTL_ENDPOINTS("endpoints"),
    ETCDCTL_USER("username"),
    ETCDCTL_PASSWORD("password"),
    ETCDCTL_CACERT("ca"),
    ETCDCTL_CERT("certificate"),
    ETCDCTL_KEY("key"),
    /// `true` or `false`, the opposite of the key.
    ETCDCTL_INSECURE_SKIP_TLS_VERIFY("verify");

    private final String key;

    EtcdVariable(String key) {
        this.key = key;
    }

    /// The key under `etcd` in the gateway's file.
    public String key() {
        return key;
    }

    /// The variables that the environment sets. `ETCDCTL_USER` may be `user:password`, which gives
    /// both. If the environment sets one of certificate and key, the other one is empty, so that
    /// both override the file.
    ///
    /// @throws IllegalArgumentException if a value is neither true nor false; the message names the
    /// variable
    public static Map<EtcdVariable, String> in(Environment environment) {
        Map<EtcdVariable, String> all = new EnumMap<>(EtcdVariable.class);
        for (EtcdVariable variable : values()) {
            environment.get(variable.name()).ifPresent(value -> all.put(variable, value));
        }
        environment
                .flag(ETCDCTL_INSECURE_SKIP_TLS_VERIFY.name())
                .ifPresent(skip -> all.put(ETCDCTL_INSECURE_SKIP_TLS_VERIFY, skip.toString()));
        String user = all.getOrDefault(ETCDCTL_USER, "");
        int colon = user.indexOf(':');
        if (colon >= 0 && !all.containsKey(ETCDCTL_PASSWORD)) {
            all.put(ETCDCTL_USER, user.substring(0, colon));
            all.put(ETCDCTL_PASSWORD, user.substring(colon + 1));
        }
        if (all.containsKey(ETCDCTL_CERT) || all.containsKey(ETCDCTL_KEY)) {
            all.putIfAbsent(ETCDCTL_CERT, "");
            all.putIfAbsent(ETCDCTL_KEY, "");
        }
        return all;
    }

    /// The same problem with the name of the variable instead of the key.
    static SettingException named(SettingException e) {
        return Arrays.stream(values())
                .filter(variable -> variable.key.equals(e.key()))
                .findFirst()
                .map(variable -> new SettingException(variable.name(), e.problem(), e))
                .orElse(e);
    }
}
