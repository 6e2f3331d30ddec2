package dev.stringsvc.gateway.transport;

import java.security.KeyStore;
import java.util.Optional;

/// How a service's instances are spoken to.
public sealed interface Protocol {
    /// HTTP/1.1.
    record Http() implements Protocol {}

    /// HTTP/2 in clear text, of which both sides know beforehand. A WebSocket still comes by HTTP/1.1.
    record H2c() implements Protocol {}

    /// HTTP/1.1 over TLS.
    ///
    /// @param trusted who may have signed the instances' certificates; empty for those that the JVM
    /// trusts
    /// @param serverName whom the certificate must name; empty for the instance's own address
    record Https(Optional<KeyStore> trusted, Optional<String> serverName) implements Protocol {}

    /// HTTP/2 over TLS, on which ALPN must agree. A WebSocket still comes by HTTP/1.1 over TLS.
    ///
    /// @param trusted who may have signed the instances' certificates; empty for those that the JVM
    /// trusts
    /// @param serverName whom the certificate must name; empty for the instance's own address
    record H2(Optional<KeyStore> trusted, Optional<String> serverName) implements Protocol {}
}
