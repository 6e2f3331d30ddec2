package dev.stringsvc.gateway.transport;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/// How a service's instances are spoken to.
public sealed interface Link {
    /// HTTP/1.1.
    record Http() implements Link {}

    /// HTTP/2 in clear text, of which both sides know beforehand. A WebSocket still comes by HTTP/1.1.
    record H2c() implements Link {}

    /// HTTP/1.1 over TLS.
    ///
    /// @param trusted who may have signed the instances' certificates; empty for those that the JVM trusts
    /// @param serverName whom the certificate must name; empty for the instance's own address
    record Https(Optional<KeyStore> trusted, Optional<String> serverName) implements Link {
        X509TrustManager trust() {
            try {
                var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                factory.init(trusted.orElse(null));
                for (TrustManager manager : factory.getTrustManagers()) {
                    if (manager instanceof X509TrustManager x509) {
                        return x509;
                    }
                }
                throw new IllegalStateException("the JVM verifies no certificates");
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }

        static SSLSocketFactory sockets(X509TrustManager trust) {
            try {
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, new TrustManager[] {trust}, null);
                return context.getSocketFactory();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
