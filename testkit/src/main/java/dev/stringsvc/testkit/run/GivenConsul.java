package dev.stringsvc.testkit.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The Consul agent at `CONSUL_HTTP_ADDR`: `HOST:PORT`, with or without `http://` or `https://`, or
/// `unix://PATH`.
record GivenConsul(String address) {
    private static final Pattern FORM =
            Pattern.compile("(?:https?://)?(?<host>\\[[^]]*]|[^/:]*)(?::(?<port>\\d{1,5}))?.*");
    private static final Pattern LOOPBACK = Pattern.compile("localhost|127\\..*|\\[?::1]?");
    private static final int PATIENCE_MS = 5_000;

    /// True if the agent runs on this machine, so that it can reach programs on the loopback.
    boolean isLocal() {
        return address.startsWith("unix://")
                || LOOPBACK.matcher(parts().group("host")).matches();
    }

    /// @throws RunFailure if nothing accepts connections there
    void check() {
        String port = address.startsWith("unix://") ? null : parts().group("port");
        if (port == null) {
            return;
        }
        String host = parts().group("host").replaceAll("[\\[\\]]", "");
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, Integer.parseInt(port)), PATIENCE_MS);
        } catch (IOException | IllegalArgumentException e) {
            throw new RunFailure("nothing answers at CONSUL_HTTP_ADDR=" + address);
        }
    }

    private Matcher parts() {
        var parts = FORM.matcher(address);
        if (!parts.matches()) {
            throw new RunFailure("CONSUL_HTTP_ADDR=" + address + " is not HOST:PORT, http://HOST:PORT or unix://PATH");
        }
        return parts;
    }

    /// This machine's host name, without its domain.
    static String machine() {
        try {
            return InetAddress.getLocalHost().getHostName().replaceFirst("\\..*", "");
        } catch (UnknownHostException e) {
            throw new RunFailure(
                    "cannot find this machine's host name, which is part of the ids in Consul: " + e.getMessage());
        }
    }
}
