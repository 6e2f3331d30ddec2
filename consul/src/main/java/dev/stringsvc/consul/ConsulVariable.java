package dev.stringsvc.consul;

import dev.stringsvc.program.Environment;
import dev.stringsvc.program.SettingException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The environment variables of Consul's own tools, and the key that each has under `consul` in the gateway's file.
///
/// Source: `defaultConfig` and `NewClient` of `api/api.go` in Consul 1.8 to 1.21.
public enum ConsulVariable {
    CONSUL_HTTP_ADDR("address"),
    CONSUL_HTTP_TOKEN("token"),
    CONSUL_HTTP_TOKEN_FILE("token-file"),
    CONSUL_HTTP_AUTH("auth"),
    CONSUL_NAMESPACE("namespace"),
    CONSUL_PARTITION("partition"),
    CONSUL_HTTP_SSL("tls.enabled"),
    CONSUL_HTTP_SSL_VERIFY("tls.verify"),
    CONSUL_CACERT("tls.ca"),
    CONSUL_CAPATH("tls.ca-path"),
    CONSUL_CLIENT_CERT("tls.certificate"),
    CONSUL_CLIENT_KEY("tls.key"),
    CONSUL_TLS_SERVER_NAME("tls.server-name");

    /// Settings of which one overrides another. If the environment sets one of a group, the whole group in the file
    /// is ignored.
    private static final List<Set<ConsulVariable>> GROUPS = List.of(
            Set.of(CONSUL_HTTP_TOKEN, CONSUL_HTTP_TOKEN_FILE),
            Set.of(CONSUL_CACERT, CONSUL_CAPATH),
            Set.of(CONSUL_CLIENT_CERT, CONSUL_CLIENT_KEY));

    private final String key;

    ConsulVariable(String key) {
        this.key = key;
    }

    /// The key under `consul` in the gateway's file: `tls.ca`.
    public String key() {
        return key;
    }

    /// True if the variable is a boolean.
    public boolean isFlag() {
        return this == CONSUL_HTTP_SSL || this == CONSUL_HTTP_SSL_VERIFY;
    }

    /// The variables that the environment sets. If it sets one variable of a group, such as token and token file,
    /// the others of the group are empty, so that they override the file.
    ///
    /// @throws IllegalArgumentException when a value cannot be used; the message names the variable
    public static Map<ConsulVariable, String> in(Environment environment) {
        Map<ConsulVariable, String> all = new EnumMap<>(ConsulVariable.class);
        for (ConsulVariable variable : values()) {
            environment.get(variable.name()).ifPresent(value -> all.put(variable, value));
        }
        for (Set<ConsulVariable> group : GROUPS) {
            if (group.stream().anyMatch(all::containsKey)) {
                group.forEach(variable -> all.putIfAbsent(variable, ""));
            }
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
