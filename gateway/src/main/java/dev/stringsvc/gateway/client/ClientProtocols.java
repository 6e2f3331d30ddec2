package dev.stringsvc.gateway.client;

import java.util.Optional;
import javax.net.ssl.SSLContext;

/// The protocols of a port: HTTP/1.1 and HTTP/2, in clear text or over TLS.
///
/// @param tls the certificate and keys, with which ALPN negotiates HTTP/2; empty for clear text
/// @param cleartext how a client starts HTTP/2 in clear text
public record ClientProtocols(Optional<SSLContext> tls, Cleartext cleartext) {
    /// Clear text, with HTTP/2 by prior knowledge.
    public static final ClientProtocols PLAIN = new ClientProtocols(Optional.empty(), Cleartext.PRIOR_KNOWLEDGE);

    /// How a client starts HTTP/2 without TLS.
    public enum Cleartext {
        /// It begins with the preface of HTTP/2.
        PRIOR_KNOWLEDGE,
        /// It begins with the preface, or upgrades with `Upgrade: h2c` (RFC 7540, section 3.2), which
        /// RFC 9113 deprecates.
        UPGRADE,
        /// Not at all.
        OFF
    }
}
