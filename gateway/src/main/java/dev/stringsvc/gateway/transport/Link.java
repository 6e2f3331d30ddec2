package dev.stringsvc.gateway.transport;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

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
        /// What verifies the instances' certificates.
        SSLContext context() {
            try {
                var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
                trust.init(trusted.orElse(null));
                SSLContext context = SSLContext.getInstance("TLS");
                context.init(null, trust.getTrustManagers(), null);
                return context;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
