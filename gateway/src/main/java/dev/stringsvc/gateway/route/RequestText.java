package dev.stringsvc.gateway.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A request as an operator writes it down, to ask which route takes it. Immutable.
///
/// @param host as in the URL; `null` if it names none
/// @param path as in the URL, `/` if it names none
/// @param headers names and values, in order
public record RequestText(
        String method,
        @Nullable String host,
        String path,
        @Nullable String query,
        List<Map.Entry<String, String>> headers) {
    /// As clients send it: a path may hold what a URI may not.
    private static final Pattern URL =
            Pattern.compile("(?:https?://(?<host>[^/?#\\s]+))?(?<path>/[^?#\\s]*)?(?:\\?(?<query>[^#\\s]*))?");

    public RequestText {
        headers = List.copyOf(headers);
    }

    /// @param url `http://host/path` or only a path
    /// @param headers each as `Name: value`
    /// @throws IllegalArgumentException if the URL or a header has another form; the message says which
    public static RequestText of(String method, String url, List<String> headers) {
        Matcher parts = URL.matcher(url);
        if (!parts.matches() || (parts.group("host") == null && parts.group("path") == null)) {
            throw new IllegalArgumentException("not a URL: expected for example http://host/path, got '" + url + "'");
        }
        List<Map.Entry<String, String>> fields = new ArrayList<>();
        for (String header : headers) {
            int colon = header.indexOf(':');
            if (colon < 1) {
                throw new IllegalArgumentException("header: expected 'Name: value', got '" + header + "'");
            }
            fields.add(Map.entry(
                    header.substring(0, colon).strip(),
                    header.substring(colon + 1).strip()));
        }
        return new RequestText(
                method,
                parts.group("host"),
                Objects.requireNonNullElse(parts.group("path"), "/"),
                parts.group("query"),
                fields);
    }

    /// What the route table looks at. Without a host in the URL, the header `Host` counts.
    public RequestHead head() {
        List<String> hosts = values("Host");
        @Nullable String authority = host != null || hosts.isEmpty() ? host : hosts.getFirst();
        return RequestHead.of(method, authority, path, this::values);
    }

    private List<String> values(String name) {
        return headers.stream()
                .filter(field -> field.getKey().equalsIgnoreCase(name))
                .map(Map.Entry::getValue)
                .toList();
    }
}
