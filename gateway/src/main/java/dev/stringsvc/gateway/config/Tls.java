package dev.stringsvc.gateway.config;

import dev.stringsvc.program.Check;
import dev.stringsvc.program.InputFile;
import dev.stringsvc.program.Pem;
import dev.stringsvc.program.SettingException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// What the data port shows to clients that speak TLS: two PEM files, or none, which means clear text.
public record Tls(String certificate, String key) {
    private static final Pem.Pair KEYS = new Pem.Pair("certificate", "key");

    /// @throws SettingException when one of the files is missing, or they cannot be used
    public Tls {
        Check.that(certificate.isEmpty() || !key.isEmpty(), "key", "the file of the certificate's private key");
        Check.that(key.isEmpty() || !certificate.isEmpty(), "certificate", "the file of the key's certificate");
        context(certificate, key);
    }

    /// The files' content, read now; empty where there are none.
    ///
    /// @throws SettingException when a file cannot be read or used any more
    public Optional<SSLContext> context() {
        return context(certificate, key);
    }

    /// Why the private key is no secret, and how to mend that; empty where it is one, or there is none.
    public Optional<String> readableByAll() {
        return key.isEmpty() ? Optional.empty() : InputFile.readableByAll(Path.of(key));
    }

    private static Optional<SSLContext> context(String certificate, String key) {
        if (certificate.isEmpty()) {
            return Optional.empty();
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(Pem.identity(KEYS, new Pem.Pair(certificate, key)), null, null);
            return Optional.of(context);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
