package dev.stringsvc.service.registration;

/// Where Consul's agent listens, and whether it speaks TLS there.
public record ConsulAddress(boolean tls, HostPort hostPort) {
    private static final int PORT = 8500;

    /// Reads `host`, `host:port`, `http://host:port` or `https://host:port`. Without a scheme `tls` decides and the
    /// port is 8500 unless given; with one, the port unless given is the scheme's own, as Consul's command line has
    /// it.
    ///
    /// @throws IllegalArgumentException with a sentence for the user where it is none of these
    public static ConsulAddress parse(String text, boolean tls) {
        int end = text.indexOf("://");
        if (end < 0) {
            return new ConsulAddress(tls, HostPort.parse(text, PORT));
        }
        String rest = text.substring(end + 3);
        String authority = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
        return switch (text.substring(0, end)) {
            case "http" -> new ConsulAddress(false, HostPort.parse(authority, 80));
            case "https" -> new ConsulAddress(true, HostPort.parse(authority, 443));
            default -> throw new IllegalArgumentException("'" + text + "' begins with neither http:// nor https://");
        };
    }

    /// As a URL without a path.
    public String url() {
        return (tls ? "https://" : "http://") + hostPort;
    }

    @Override
    public String toString() {
        return tls ? url() : hostPort.toString();
    }
}
