package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A host and a port: `10.0.0.7:8001`, `web-1:80`, `[::1]:8001`.
///
/// @param host without brackets
public record HostPort(String host, int port) {
    private static final Pattern FORM = Pattern.compile("(?:\\[([0-9A-Fa-f:.%]+)]|([^\\s:/\\[\\]]+)):([0-9]{1,5})");

    /// @throws IllegalArgumentException when the text has another form
    @JsonCreator
    public static HostPort parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches() || Integer.parseInt(form.group(3)) < 1 || Integer.parseInt(form.group(3)) > 65_535) {
            throw new IllegalArgumentException("expected host:port, such as 127.0.0.1:8001 or [::1]:8001");
        }
        String host = form.group(1) == null ? form.group(2) : form.group(1);
        return new HostPort(host, Integer.parseInt(form.group(3)));
    }

    /// As it is written, IPv6 in brackets.
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
