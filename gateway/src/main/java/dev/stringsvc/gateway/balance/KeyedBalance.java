package dev.stringsvc.gateway.balance;

import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.UpstreamRequest;
import dev.stringsvc.gateway.route.Balancing;
import dev.stringsvc.gateway.upstream.Balancers;
import dev.stringsvc.program.IpAddress;
import org.jspecify.annotations.Nullable;

/// Sends all requests of one key to one endpoint. Requests without a key, or with an empty one, go to
/// the less busy of two endpoints.
final class KeyedBalance implements Balance {
    private final Balancing.Key by;
    private final Balancers keyless = Balancers.of(LeastInFlight::new);

    KeyedBalance(Balancing.Key by) {
        this.by = by;
    }

    @Override
    public Balancers balancers(UpstreamRequest request) {
        @Nullable String key = key(request);
        if (key == null || key.isEmpty()) {
            return keyless;
        }
        var hash = new ConsistentHash(key);
        return new Balancers(hash, hash);
    }

    private @Nullable String key(UpstreamRequest request) {
        return switch (by) {
            case Balancing.Key.Header(String name) -> request.headers().first(name);
            case Balancing.Key.Cookie(String name) -> cookie(request.headers(), name);
            case Balancing.Key.ClientAddress() -> request.client() == null ? null : IpAddress.text(request.client());
        };
    }

    /// The first cookie of the name. There may be several `Cookie` fields (RFC 9113, section 8.2.3).
    private static @Nullable String cookie(HeaderFields headers, String name) {
        for (String field : headers.all("Cookie")) {
            @Nullable String value = cookie(field, name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    private static @Nullable String cookie(String field, String name) {
        int from = 0;
        while (from < field.length()) {
            int next = field.indexOf(';', from);
            int end = next < 0 ? field.length() : next;
            while (from < end && field.charAt(from) == ' ') {
                from++;
            }
            int equals = from + name.length();
            if (equals < end && field.startsWith(name, from) && field.charAt(equals) == '=') {
                return field.substring(equals + 1, end).strip();
            }
            from = end + 1;
        }
        return null;
    }
}
