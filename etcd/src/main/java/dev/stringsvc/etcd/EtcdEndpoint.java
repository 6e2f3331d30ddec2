package dev.stringsvc.etcd;

import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.SettingException;
import java.util.List;
import java.util.stream.Stream;

/// Where one member of etcd listens for clients, and whether it speaks TLS there.
public record EtcdEndpoint(boolean tls, HostPort hostPort) {
    private static final int PORT = 2379;
    private static final String HTTP = "http://";
    private static final String HTTPS = "https://";

    /// Reads `host:port`, `http://host:port` or `https://host:port`. Without a port it is 2379.
    ///
    /// @throws SettingException if the text has another form
    public static EtcdEndpoint parse(String text) {
        boolean tls = text.startsWith(HTTPS);
        String rest = tls ? text.substring(HTTPS.length()) : text.replaceFirst("^" + HTTP, "");
        try {
            return new EtcdEndpoint(tls, HostPort.parse(rest.replaceFirst("/$", ""), PORT));
        } catch (IllegalArgumentException e) {
            throw new SettingException(
                    "endpoints", "expected etcd's host:port or http(s)://host:port, got \"" + text + '"', e);
        }
    }

    /// Reads endpoints that are separated by commas.
    ///
    /// @throws SettingException if one has another form, or there is none
    public static List<EtcdEndpoint> parseAll(String text) {
        return Stream.of(text.split(",", -1))
                .map(String::strip)
                .map(EtcdEndpoint::parse)
                .toList();
    }

    @Override
    public String toString() {
        return (tls ? HTTPS : HTTP) + hostPort;
    }
}
