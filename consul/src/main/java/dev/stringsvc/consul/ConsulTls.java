package dev.stringsvc.consul;

import dev.stringsvc.program.HostName;
import dev.stringsvc.program.Pem;
import dev.stringsvc.program.SettingException;
import dev.stringsvc.program.TrustEverybody;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/// How TLS to Consul's agent is spoken. An empty text stands for a setting that is not given.
///
/// @param enabled speaks TLS where the address does not say so
/// @param verify checks the agent's certificate
/// @param ca a PEM file: who signs the agent's certificate; without it, and without `caPath`, whom the JVM trusts
/// @param caPath a folder of such files; of no use beside `ca`
/// @param certificate a PEM file: the certificate that is shown to the agent
/// @param key a PEM file: its private key
/// @param serverName whom the agent's certificate names; without it the host of the address
public record ConsulTls(
        boolean enabled, boolean verify, String ca, String caPath, String certificate, String key, String serverName) {
    /// Nothing is set.
    public static final ConsulTls DEFAULT = new ConsulTls(false, true, "", "", "", "", "");

    private static final Pem.Pair KEYS = new Pem.Pair("certificate", "key");

    /// Reads the files once, to see that they can be used.
    ///
    /// @throws SettingException when one cannot be
    public ConsulTls {
        if (certificate.isEmpty() != key.isEmpty()) {
            throw certificate.isEmpty()
                    ? new SettingException(KEYS.certificate(), "expected the file of the key's certificate")
                    : new SettingException(KEYS.key(), "expected the file of the certificate's private key");
        }
        var _ = trusted(ca, caPath);
        var _ = identity(certificate, key);
        var _ = host(serverName);
    }

    /// The name to ask for and to look for in the agent's certificate; empty for the host of the address.
    Optional<String> host() {
        return host(serverName);
    }

    /// Reads the files and gives the client what they hold.
    void configure(OkHttpClient.Builder client) {
        try {
            X509TrustManager trust = verify ? trustManager(trusted(ca, caPath)) : new TrustEverybody();
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(identity(certificate, key), new TrustManager[] {trust}, null);
            client.sslSocketFactory(context.getSocketFactory(), trust);
            if (!verify) {
                client.hostnameVerifier((host, session) -> true);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    /// As Consul's own tools read it: a port behind the name is ignored.
    private static Optional<String> host(String serverName) {
        if (serverName.isEmpty()) {
            return Optional.empty();
        }
        String host = serverName.replaceFirst(":[0-9]*$", "");
        if (!HostName.isName(host)) {
            throw new SettingException("server-name", "expected a host name, got \"" + serverName + '"');
        }
        return Optional.of(host);
    }

    private static KeyManager @Nullable [] identity(String certificate, String key) {
        return certificate.isEmpty() ? null : Pem.identity(KEYS, new Pem.Pair(certificate, key));
    }

    private static @Nullable KeyStore trusted(String ca, String caPath) {
        if (!ca.isEmpty()) {
            return Pem.trusting("ca", ca);
        }
        return caPath.isEmpty() ? null : Pem.trusting(inFolder(caPath));
    }

    /// The certificates of all files in a folder and below it. One that holds none is an error, as for Consul's own
    /// tools.
    private static List<X509Certificate> inFolder(String folder) {
        try (Stream<Path> files = Files.walk(Path.of(folder))) {
            List<X509Certificate> all = files.filter(Files::isRegularFile)
                    .flatMap(file -> Pem.certificates("ca-path", file.toString()).stream())
                    .toList();
            if (all.isEmpty()) {
                throw new SettingException("ca-path", "expected PEM files, and " + folder + " holds none");
            }
            return all;
        } catch (IOException | InvalidPathException e) {
            throw new SettingException(
                    "ca-path", "expected a folder of PEM files, and " + folder + " cannot be read", e);
        }
    }

    private static X509TrustManager trustManager(@Nullable KeyStore trusted) throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return (X509TrustManager) factory.getTrustManagers()[0];
    }
}
