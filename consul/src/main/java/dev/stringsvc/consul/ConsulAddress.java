package dev.stringsvc.consul;

import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.SettingException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Where Consul's agent listens, and whether it speaks TLS there.
public sealed interface ConsulAddress {
    boolean tls();

    /// The machine of the agent, and its port. Behind a Unix socket that is this machine, and the port that agents have
    /// unless configured.
    HostPort hostPort();

    /// An agent that is reached over TCP.
    record Tcp(boolean tls, HostPort hostPort) implements ConsulAddress {
        @Override
        public String toString() {
            return (tls ? "https://" : "http://") + hostPort;
        }
    }

    /// An agent that is reached by a Unix socket.
    record Unix(boolean tls, Path socket) implements ConsulAddress {
        private static final HostPort USUAL = new HostPort("127.0.0.1", PORT);

        @Override
        public HostPort hostPort() {
            return USUAL;
        }

        @Override
        public String toString() {
            return "unix://" + socket;
        }
    }

    /// Where agents listen unless configured.
    int PORT = 8500;

    /// Reads `host:port`, `http://host:port`, `https://host:port` or `unix:///path`. Without a port it is 8500, and
    /// behind a scheme 80 or 443.
    ///
    /// @param tls speaks TLS whatever the scheme is, as Consul's own tools do
    /// @throws SettingException when the text has another form
    static ConsulAddress parse(String text, boolean tls) {
        int end = text.indexOf("://");
        String rest = end < 0 ? text : text.substring(end + 3);
        try {
            return switch (end < 0 ? "" : text.substring(0, end)) {
                case "" -> tcp(tls, rest, PORT);
                case "http" -> tcp(tls, rest, tls ? 443 : 80);
                case "https" -> tcp(true, rest, 443);
                case "unix" -> new Unix(tls, socket(rest));
                default -> throw new IllegalArgumentException("another scheme");
            };
        } catch (IllegalArgumentException e) {
            throw new SettingException(
                    "address",
                    "expected Consul's host:port, http(s)://host:port or unix:///path, got \"" + text + '"',
                    e);
        }
    }

    private static ConsulAddress tcp(boolean tls, String authority, int port) {
        String bare = authority.endsWith("/") ? authority.substring(0, authority.length() - 1) : authority;
        return new Tcp(tls, HostPort.parse(bare, port));
    }

    /// @throws InvalidPathException when it is no path
    private static Path socket(String path) {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("no absolute path");
        }
        return Path.of(path);
    }
}
