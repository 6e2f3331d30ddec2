package dev.stringsvc.gateway.transport;

import java.security.KeyStore;
import java.util.Optional;

/// The protocol of a service's instances.
public sealed interface Protocol {
    /// HTTP/1.1.
    record Http() implements Protocol {}

    /// HTTP/2 in clear text with prior knowledge. WebSockets use HTTP/1.1.
    record H2c() implements Protocol {}

    /// HTTP/1.1 over TLS.
    ///
    /// @param trusted the certificate authorities that are trusted; empty for the JVM's
    /// @param serverName the name that the certificate must be for; empty for the instance's host
    record Https(Optional<KeyStore> trusted, Optional<String> serverName) implements Protocol {}

    /// HTTP/2 over TLS, negotiated by ALPN. WebSockets use HTTP/1.1 over TLS.
    ///
    /// @param trusted the certificate authorities that are trusted; empty for the JVM's
    /// @param serverName the name that the certificate must be for; empty for the instance's host
    record H2(Optional<KeyStore> trusted, Optional<String> serverName) implements Protocol {}
}
