package dev.stringsvc.gateway.transport;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.util.Base64;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// A self-signed certificate and its key, made by the JDK's keytool.
public final class TestCertificate {
    private static final char[] PASSWORD = "secret".toCharArray();

    private final KeyStore store;

    private TestCertificate(KeyStore store) {
        this.store = store;
    }

    /// Makes a certificate.
    ///
    /// @param names in keytool's form: `dns:localhost,ip:127.0.0.1`
    /// @param algorithm `EC`, `RSA` or `Ed25519`
    public static TestCertificate of(String names, String algorithm) {
        try {
            Path file = Files.createTempDirectory("certificate").resolve("store.p12");
            Process keytool = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "keytool")
                                    .toString(),
                            "-genkeypair",
                            "-keystore",
                            file.toString(),
                            "-storepass",
                            new String(PASSWORD),
                            "-alias",
                            "it",
                            "-keyalg",
                            algorithm,
                            "-keysize",
                            Integer.toString(bits(algorithm)),
                            "-dname",
                            "CN=test",
                            "-ext",
                            "san=" + names)
                    .redirectErrorStream(true)
                    .start();
            String said = new String(keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            if (keytool.waitFor() != 0) {
                throw new AssertionError(said);
            }
            KeyStore store = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(file)) {
                store.load(in, PASSWORD);
            }
            return new TestCertificate(store);
        } catch (IOException | InterruptedException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /// The smallest usual size, since a large RSA key takes seconds.
    private static int bits(String algorithm) {
        return switch (algorithm) {
            case "RSA" -> 2_048;
            case "Ed25519" -> 255;
            default -> 256;
        };
    }

    private static String pem(String what, byte[] der) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der) + "\n-----END " + what + "-----\n";
    }

    /// Writes the certificate as PEM.
    public Path certificate(Path file) throws IOException, GeneralSecurityException {
        Certificate certificate = store.getCertificate("it");
        return Files.writeString(file, pem("CERTIFICATE", certificate.getEncoded()));
    }

    /// Writes the key as PEM.
    public Path key(Path file) throws IOException, GeneralSecurityException {
        Key key = store.getKey("it", PASSWORD);
        return Files.writeString(file, pem("PRIVATE KEY", key.getEncoded()));
    }

    /// A context that presents the certificate as a server and trusts it as a client.
    public SSLContext context() throws GeneralSecurityException {
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, PASSWORD);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), new X509TrustManager[] {trust()}, null);
        return context;
    }

    private X509TrustManager trust() throws GeneralSecurityException {
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted());
        return (X509TrustManager) trust.getTrustManagers()[0];
    }

    /// A context that trusts only this certificate.
    public KeyStore trusted() throws GeneralSecurityException {
        try {
            KeyStore trusted = KeyStore.getInstance("PKCS12");
            trusted.load(null, PASSWORD);
            trusted.setCertificateEntry("it", store.getCertificate("it"));
            return trusted;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
