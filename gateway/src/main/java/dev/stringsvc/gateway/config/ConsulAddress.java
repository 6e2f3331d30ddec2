package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;

/// Where Consul's HTTP API is, as `CONSUL_HTTP_ADDR` says it: `host:port`, or with `http://` or `https://` before it.
/// Where the port is left out it is 8500, and after a scheme the scheme's own, as Consul's command line has it.
///
/// @param url without a path
public record ConsulAddress(String url) {
    private static final int PORT = 8500;

    /// @throws IllegalArgumentException when the text has another form
    public static ConsulAddress parse(String text) {
        return parse(text, false);
    }

    /// @param tls whether a text without a scheme means https
    /// @throws IllegalArgumentException when the text has another form
    static ConsulAddress parse(String text, boolean tls) {
        int end = text.indexOf("://");
        try {
            if (end < 0) {
                return new ConsulAddress((tls ? "https://" : "http://") + HostPort.parse(text, PORT));
            }
            String rest = text.substring(end + 3);
            String bare = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
            return switch (text.substring(0, end)) {
                case "http" -> new ConsulAddress("http://" + HostPort.parse(bare, 80));
                case "https" -> new ConsulAddress("https://" + HostPort.parse(bare, 443));
                default -> throw new IllegalArgumentException("another scheme");
            };
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("expected Consul's host:port, or http(s)://host:port", e);
        }
    }

    /// The host and the port in the URL.
    public HostPort hostPort() {
        return HostPort.parse(url.substring(url.indexOf("://") + 3));
    }

    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static ConsulAddress read(JsonNode value) {
        return parse(value.isTextual() ? value.textValue() : "");
    }
}
