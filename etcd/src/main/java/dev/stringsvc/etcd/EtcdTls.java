package dev.stringsvc.etcd;

import dev.stringsvc.program.Pem;
import dev.stringsvc.program.SettingException;
import dev.stringsvc.program.TrustEverybody;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import okhttp3.OkHttpClient;
import org.jspecify.annotations.Nullable;

/// How TLS to etcd is spoken. An empty text stands for a setting that is not given.
///
/// @param verify checks etcd's certificates
/// @param ca a PEM file: who signs etcd's certificates; without it, whom the JVM trusts
/// @param certificate a PEM file: the certificate that is shown to etcd
/// @param key a PEM file: its private key
public record EtcdTls(boolean verify, String ca, String certificate, String key) {
    /// Nothing is set.
    public static final EtcdTls DEFAULT = new EtcdTls(true, "", "", "");

    private static final Pem.Pair KEYS = new Pem.Pair("certificate", "key");

    /// Reads the files once, to see that they can be used.
    ///
    /// @throws SettingException if one cannot be
    public EtcdTls {
        if (certificate.isEmpty() != key.isEmpty()) {
            throw certificate.isEmpty()
                    ? new SettingException(KEYS.certificate(), "expected the file of the key's certificate")
                    : new SettingException(KEYS.key(), "expected the file of the certificate's private key");
        }
        var _ = trusted(ca);
        var _ = identity(certificate, key);
    }

    /// Reads the files and gives the client what they hold.
    void configure(OkHttpClient.Builder client) {
        try {
            X509TrustManager trust = verify ? trustManager(trusted(ca)) : new TrustEverybody();
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

    private static X509TrustManager trustManager(@Nullable KeyStore trusted) throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        return (X509TrustManager) factory.getTrustManagers()[0];
    }

    private static @Nullable KeyStore trusted(String ca) {
        return ca.isEmpty() ? null : Pem.trusting("ca", ca);
    }

    private static KeyManager @Nullable [] identity(String certificate, String key) {
        return certificate.isEmpty() ? null : Pem.identity(KEYS, new Pem.Pair(certificate, key));
    }
}
