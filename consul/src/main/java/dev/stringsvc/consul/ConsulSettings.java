package dev.stringsvc.consul;

import dev.stringsvc.program.Environment;
import dev.stringsvc.program.Secret;
import dev.stringsvc.program.SettingException;
import java.util.Map;
import java.util.Optional;

/// How to reach Consul's agent. Each setting means what it means for Consul's own tools.
///
/// @param token the ACL token; [Secret#NONE] for none
/// @param tokenFile a file that holds the token; it overrides `token`; empty for none
/// @param auth `user:password` for HTTP's basic authentication; [Secret#NONE] for none
/// @param namespace where services are registered and looked for, in Consul Enterprise; empty for the token's own
/// @param partition the same for admin partitions
public record ConsulSettings(
        ConsulAddress address,
        Secret token,
        String tokenFile,
        Secret auth,
        String namespace,
        String partition,
        ConsulTls tls) {
    /// Where Consul's own tools look for the agent.
    public static final String ADDRESS = "127.0.0.1:8500";

    /// @throws SettingException when the token file cannot be read, or one of the settings cannot be used
    public ConsulSettings {
        var _ = TokenSource.of(token, tokenFile).current();
        if (!auth.value().chars().allMatch(c -> c >= ' ' && c != 0x7f)) {
            throw new SettingException("auth", "expected user:password without control characters");
        }
    }

    /// This address, and defaults for all other settings.
    public static ConsulSettings at(String address) {
        return new ConsulSettings(
                ConsulAddress.parse(address, false), Secret.NONE, "", Secret.NONE, "", "", ConsulTls.DEFAULT);
    }

    /// The settings that the environment gives.
    ///
    /// @param address what the flag `--consul` says, instead of `CONSUL_HTTP_ADDR`
    /// @throws SettingException when a value cannot be used; the message names the variable or the flag
    public static ConsulSettings of(Environment environment, Optional<String> address) {
        Map<ConsulVariable, String> given = ConsulVariable.in(environment);
        try {
            boolean tls =
                    environment.flag(ConsulVariable.CONSUL_HTTP_SSL.name()).orElse(false);
            return new ConsulSettings(
                    ConsulAddress.parse(
                            address.orElse(given.getOrDefault(ConsulVariable.CONSUL_HTTP_ADDR, ADDRESS)), tls),
                    secret(given, ConsulVariable.CONSUL_HTTP_TOKEN),
                    text(given, ConsulVariable.CONSUL_HTTP_TOKEN_FILE),
                    secret(given, ConsulVariable.CONSUL_HTTP_AUTH),
                    text(given, ConsulVariable.CONSUL_NAMESPACE),
                    text(given, ConsulVariable.CONSUL_PARTITION),
                    tls(environment, given));
        } catch (SettingException e) {
            throw address.isPresent() && e.key().equals(ConsulVariable.CONSUL_HTTP_ADDR.key())
                    ? new SettingException("--consul", e.problem(), e)
                    : ConsulVariable.named(e);
        }
    }

    private static ConsulTls tls(Environment environment, Map<ConsulVariable, String> given) {
        boolean enabled =
                environment.flag(ConsulVariable.CONSUL_HTTP_SSL.name()).orElse(false);
        boolean verify =
                environment.flag(ConsulVariable.CONSUL_HTTP_SSL_VERIFY.name()).orElse(true);
        try {
            return new ConsulTls(
                    enabled,
                    verify,
                    text(given, ConsulVariable.CONSUL_CACERT),
                    text(given, ConsulVariable.CONSUL_CAPATH),
                    text(given, ConsulVariable.CONSUL_CLIENT_CERT),
                    text(given, ConsulVariable.CONSUL_CLIENT_KEY),
                    text(given, ConsulVariable.CONSUL_TLS_SERVER_NAME));
        } catch (SettingException e) {
            throw new SettingException("tls." + e.key(), e.problem(), e);
        }
    }

    private static String text(Map<ConsulVariable, String> given, ConsulVariable variable) {
        return given.getOrDefault(variable, "");
    }

    private static Secret secret(Map<ConsulVariable, String> given, ConsulVariable variable) {
        return new Secret(text(given, variable));
    }
}
