package dev.stringsvc.gateway.config;

import dev.stringsvc.program.InputFile;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/// What the data port shows to clients that speak TLS: two PEM files, or none, which means clear text.
public record Tls(String certificate, String key) {
    private static final char[] NO_PASSWORD = {};

    public Tls {
        Check.that(certificate.isEmpty() || !key.isEmpty(), "key", "the file of the certificate's private key");
        Check.that(key.isEmpty() || !certificate.isEmpty(), "certificate", "the file of the key's certificate");
        context(certificate, key);
    }

    /// The files' content, read now; empty where there are none.
    ///
    /// @throws IllegalArgumentException when a file cannot be read, or holds something else
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
        List<X509Certificate> chain = Pem.certificates("certificate", certificate);
        PrivateKey secret = Pem.privateKey("key", key);
        Check.that(
                Pem.belong(secret, chain.getFirst()),
                "key",
                "the key of the first certificate in " + certificate + ", and " + key + " holds another");
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, NO_PASSWORD);
            store.setKeyEntry("server", secret, NO_PASSWORD, chain.toArray(X509Certificate[]::new));
            var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, NO_PASSWORD);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return Optional.of(context);
        } catch (GeneralSecurityException | java.io.IOException e) {
            throw new IllegalArgumentException(
                    "certificate: expected what TLS can use, and " + certificate + " is not: " + e.getMessage(), e);
        }
    }
}
