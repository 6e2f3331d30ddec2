package dev.stringsvc.gateway.proxy;

import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.program.IpAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/// Sets the headers that tell an instance where a request comes from: `X-Forwarded-For`, `-Proto`,
/// `-Host`, `-Port` and `-Prefix`, and `Forwarded` (RFC 7239). A client's own values are dropped unless
/// it is a trusted proxy; then the gateway adds to them. If the proxy sends only one of the two forms,
/// the other is derived from it. Thread-safe.
public final class Forwarding {
    private static final String FOR = "X-Forwarded-For";
    private static final String PROTO = "X-Forwarded-Proto";
    private static final String HOST = "X-Forwarded-Host";
    private static final String PORT = "X-Forwarded-Port";
    private static final String PREFIX = "X-Forwarded-Prefix";
    private static final String FORWARDED = "Forwarded";

    private final Predicate<InetAddress> trusted;

    /// @param trusted true for the addresses of trusted proxies; called by any thread
    public Forwarding(Predicate<InetAddress> trusted) {
        this.trusted = trusted;
    }

    /// True if the peer is a trusted proxy.
    boolean trusts(Hop hop) {
        return trusted.test(hop.peer());
    }

    /// Where a request comes from.
    Origin origin(ClientRequest request) {
        Hop hop = request.hop();
        return new Origin(hop, client(hop, request.fields()), trusts(hop));
    }

    /// Adds `X-Forwarded-Prefix`: what the gateway took off the front of the path, after what a trusted
    /// proxy has taken off before. So the whole prefix is what the client sees in front of the
    /// instance's paths.
    ///
    /// @param prefix empty where nothing was taken off
    void addPrefix(boolean trusted, String prefix, HttpFields given, HeaderFields to) {
        @Nullable String before = trusted ? joined(given, PREFIX) : null;
        if (before == null) {
            addIfAny(PREFIX, prefix.isEmpty() ? null : prefix, to);
            return;
        }
        boolean twice = before.endsWith("/") && prefix.startsWith("/");
        to.add(PREFIX, (twice ? before.substring(0, before.length() - 1) : before) + prefix);
    }

    /// The connection on which a request came.
    ///
    /// @param host the request's `Host`; `null` where it has none
    /// @param port the port that was connected to
    record Hop(InetAddress peer, String proto, @Nullable String host, int port) {
        private ForwardedElement element() {
            return new ForwardedElement(IpAddress.text(peer), host, proto);
        }
    }

    /// Adds the headers that an instance gets.
    void addHeaders(Hop hop, HttpFields given, HeaderFields to) {
        if (trusted.test(hop.peer())) {
            extendHeaders(hop, given, to);
            return;
        }
        ForwardedElement own = hop.element();
        to.add(FOR, own.node()).add(PROTO, hop.proto());
        addIfAny(HOST, hop.host(), to);
        to.add(PORT, Integer.toString(hop.port())).add(FORWARDED, own.toString());
    }

    /// Adds to the values of a trusted proxy. The gateway sends its own port only where the proxy sends
    /// no scheme, host or port: next to another proxy's scheme and host it would be wrong.
    private void extendHeaders(Hop hop, HttpFields given, HeaderFields to) {
        List<ForwardedElement> path = path(given);
        @Nullable ForwardedElement first = furthestBelieved(path);
        @Nullable String proto = firstOf(joined(given, PROTO), first == null ? null : first.proto());
        @Nullable String host = firstOf(joined(given, HOST), first == null ? null : first.host());
        @Nullable String port = joined(given, PORT);
        boolean silent = first == null && proto == null && host == null;
        var begin = new ForwardedElement(hop.element().node(), firstOf(host, hop.host()), firstOf(proto, hop.proto()));

        to.add(FOR, after(joined(given, FOR), path, ForwardedElement::nodeAlone) + begin.node());
        addIfAny(PROTO, begin.proto(), to);
        addIfAny(HOST, begin.host(), to);
        addIfAny(PORT, port == null && silent ? Integer.toString(hop.port()) : port, to);
        ForwardedElement own = path.isEmpty() ? begin : hop.element();
        @Nullable String said = agree(given) ? joined(given, FORWARDED) : null;
        to.add(FORWARDED, after(said, path, ForwardedElement::toString) + own);
    }

    /// The client's address: the last address in the chain that is not a trusted proxy.
    InetAddress client(Hop hop, HttpFields given) {
        InetAddress client = hop.peer();
        List<ForwardedElement> path = trusted.test(client) ? path(given) : List.of();
        for (ForwardedElement element : path.reversed()) {
            @Nullable InetAddress before = element.address();
            if (before == null || !trusted.test(client)) {
                break;
            }
            client = before;
        }
        return client;
    }

    /// The first element that a trusted proxy wrote; `null` where there is none. The client may have
    /// made up the elements before it.
    private @Nullable ForwardedElement furthestBelieved(List<ForwardedElement> path) {
        @Nullable ForwardedElement furthest = null;
        for (ForwardedElement element : path.reversed()) {
            furthest = element;
            @Nullable InetAddress before = element.address();
            if (before == null || !trusted.test(before)) {
                break;
            }
        }
        return furthest;
    }

    /// True unless both forms are present and name different last nodes. A proxy that writes only one
    /// of the forms passes on the other as the client made it up.
    private static boolean agree(HttpFields given) {
        @Nullable String addresses = joined(given, FOR);
        @Nullable String forwarded = joined(given, FORWARDED);
        if (addresses == null || forwarded == null) {
            return true;
        }
        List<ForwardedElement> elements = ForwardedElement.parse(forwarded);
        String last = addresses.substring(addresses.lastIndexOf(',') + 1).strip();
        return !elements.isEmpty()
                && new ForwardedElement(last, null, null)
                        .nodeAlone()
                        .equals(elements.getLast().nodeAlone());
    }

    /// The nodes that the request passed before the peer, as the peer names them.
    private static List<ForwardedElement> path(HttpFields given) {
        @Nullable String forwarded = joined(given, FORWARDED);
        if (forwarded != null && agree(given)) {
            return ForwardedElement.parse(forwarded);
        }
        List<ForwardedElement> path = new ArrayList<>();
        @Nullable String addresses = joined(given, FOR);
        if (addresses != null) {
            for (String node : addresses.split(",", -1)) {
                boolean first = path.isEmpty();
                if (!node.isBlank()) {
                    path.add(new ForwardedElement(
                            node.strip(), first ? joined(given, HOST) : null, first ? joined(given, PROTO) : null));
                }
            }
        }
        return path;
    }

    /// The list to which the gateway appends its own element: the header's own value, or else the other
    /// form's value, converted.
    private static String after(
            @Nullable String said, List<ForwardedElement> path, Function<ForwardedElement, String> form) {
        if (said != null) {
            return said + ", ";
        }
        var list = new StringBuilder();
        path.forEach(element -> list.append(form.apply(element)).append(", "));
        return list.toString();
    }

    /// All values of a header as one list; `null` where there is none, or only empty ones.
    private static @Nullable String joined(HttpFields given, String name) {
        List<String> values = given.getValuesList(name);
        String joined = values.size() == 1 ? values.getFirst() : String.join(", ", values);
        return joined.isBlank() ? null : joined;
    }

    private static @Nullable String firstOf(@Nullable String one, @Nullable String other) {
        return one == null ? other : one;
    }

    private static void addIfAny(String name, @Nullable String value, HeaderFields to) {
        if (value != null) {
            to.add(name, value);
        }
    }
}
