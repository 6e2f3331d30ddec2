package dev.stringsvc.gateway.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stringsvc.program.Secret;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// Compares what clients send with the admin port's token, in a time that does not depend on how much of
/// it they know. Thread-safe.
final class TokenCheck {
    private final boolean required;
    private final byte[] digest;

    /// @param token empty if none is required
    TokenCheck(Secret token) {
        this.required = !token.isEmpty();
        this.digest = digest(token.value());
    }

    boolean isRequired() {
        return required;
    }

    /// False if no token is required, too.
    boolean accepts(String token) {
        return required && MessageDigest.isEqual(digest, digest(token));
    }

    /// Digests have one length, so that a comparison does not tell the token's.
    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
