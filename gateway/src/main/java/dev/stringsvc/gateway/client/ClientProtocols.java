package dev.stringsvc.gateway.client;

import java.util.Optional;
import javax.net.ssl.SSLContext;

/// What a port speaks: HTTP/1.1, and HTTP/2.
///
/// @param tls what the port shows for TLS, in which ALPN agrees on HTTP/2; empty where the port is clear
/// text
/// @param cleartext how a client comes to HTTP/2 where the port is clear text
public record ClientProtocols(Optional<SSLContext> tls, Cleartext cleartext) {
    /// Clear text, with HTTP/2 by prior knowledge.
    public static final ClientProtocols PLAIN = new ClientProtocols(Optional.empty(), Cleartext.PRIOR_KNOWLEDGE);

    /// How a client comes to HTTP/2 without TLS.
    public enum Cleartext {
        /// It begins with HTTP/2's preface.
        PRIOR_KNOWLEDGE,
        /// So, or by `Upgrade: h2c` (RFC 7540, section 3.2), which RFC 9113 deprecates.
        UPGRADE,
        /// Not at all.
        OFF
    }
}
