package dev.stringsvc.etcd;

import dev.stringsvc.etcd.EtcdException.Kind;
import dev.stringsvc.program.Secret;
import java.io.IOException;
import java.util.Map;

/// The token that etcd gives a user for its password. It is asked for when it is needed first, and
/// again when etcd does not accept it any more. Thread-safe.
final class Tokens {
    private static final Json.Reader<String> ANSWER = Json.reader(Answers.Token.class, Answers.Token::text);
    private static final String NOT_ENABLED = "authentication is not enabled";

    private final JsonGateway gateway;
    private final EtcdUser user;
    private boolean asked;
    private Secret token = Secret.NONE;

    Tokens(JsonGateway gateway, EtcdConfig config) {
        this.gateway = gateway;
        this.user = config.user();
    }

    /// The token to send; empty for none.
    synchronized String current() throws EtcdException {
        if (!asked && !user.name().isEmpty()) {
            ask();
        }
        return token.value();
    }

    /// Asks for a new token, unless another thread has done so already. Without a user this does
    /// nothing.
    ///
    /// @param refused the token that etcd did not accept
    /// @return true if there is another token now
    synchronized boolean replaces(String refused) throws EtcdException {
        if (!user.name().isEmpty() && token.value().equals(refused)) {
            ask();
        }
        return !token.value().equals(refused);
    }

    private Secret password() throws EtcdException {
        try {
            return user.current();
        } catch (IOException e) {
            throw new EtcdException(Kind.UNAUTHENTICATED, "etcd's password file " + e.getMessage(), e);
        }
    }

    private void ask() throws EtcdException {
        try {
            token = new Secret(gateway.call(
                    "/v3/auth/authenticate",
                    Map.of("name", user.name(), "password", password().value()),
                    ANSWER,
                    ""));
        } catch (EtcdException e) {
            // as etcd's own client does: the password is of no use then, and does no harm
            if (!String.valueOf(e.getMessage()).contains(NOT_ENABLED)) {
                throw e;
            }
            token = Secret.NONE;
        }
        asked = true;
    }
}
