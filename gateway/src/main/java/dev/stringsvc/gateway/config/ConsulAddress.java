package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.annotation.JsonCreator;

/// Where Consul's HTTP API is, as `CONSUL_HTTP_ADDR` says it: `host:port`, or with `http://` or `https://` before it.
///
/// @param url without a path
public record ConsulAddress(String url) {
    /// @throws IllegalArgumentException when the text has another form
    @JsonCreator
    public static ConsulAddress parse(String text) {
        String scheme = text.startsWith("https://") ? "https://" : "http://";
        String rest = text.startsWith(scheme) ? text.substring(scheme.length()) : text;
        String bare = rest.endsWith("/") ? rest.substring(0, rest.length() - 1) : rest;
        try {
            return new ConsulAddress(scheme + HostPort.parse(bare));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("expected Consul's host:port, or http(s)://host:port", e);
        }
    }
}
