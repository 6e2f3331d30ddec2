package dev.stringsvc.gateway.route;

import dev.stringsvc.gateway.http.RequestTarget;
import org.jspecify.annotations.Nullable;

/// The result of reading a request's path and looking up its route. The data port and `explain` both
/// read paths only here. An ordinary path costs one look-up in the table.
public sealed interface Reading {
    /// The path is valid.
    ///
    /// @param request with the path that an instance gets
    /// @param matched with the path that was looked up
    record Valid(RequestHead request, RequestHead matched, Match match) implements Reading {}

    /// The path is answered with 400.
    ///
    /// @param why a sentence for the client
    record Refused(String why) implements Reading {}

    /// Reads the path, and looks for its route.
    ///
    /// @param written with the path as the client wrote it
    static Reading of(RouteTable table, RequestHead written) {
        @Nullable String path = RequestTarget.path(written.path());
        if (path == null || path.indexOf(';') >= 0) {
            return ofUnusual(table, written, path);
        }
        return ofStrict(table, written.at(path));
    }

    /// A path with parameters, or one that only a lenient route may take.
    private static Reading ofUnusual(RouteTable table, RequestHead written, @Nullable String strict) {
        @Nullable String lenient = RequestTarget.lenientPath(written.path());
        if (lenient == null) {
            return new Refused(RequestTarget.fault(written.path()));
        }
        RequestHead request = written.at(lenient);
        RequestHead bare = written.at(RequestTarget.withoutParameters(lenient));
        Match match = table.match(bare);
        if (isLenient(match)) {
            boolean ambiguous = RequestTarget.carelessReadings(lenient).stream()
                    .anyMatch(read -> table.takesAnother(written.at(read), match));
            return judged(new Valid(request, bare, match), ambiguous);
        }
        return strict == null ? new Refused(RequestTarget.fault(written.path())) : ofStrict(table, written.at(strict));
    }

    private static boolean isLenient(Match match) {
        return switch (match) {
            case Match.Found(var route) -> isLenient(route);
            case Match.MethodNotAllowed(var _, var route) -> isLenient(route);
            case Match.NoRoute() -> false;
        };
    }

    private static boolean isLenient(Route route) {
        return route.predicates().path().paths() == Paths.LENIENT;
    }

    private static Reading ofStrict(RouteTable table, RequestHead request) {
        Match match = table.match(request);
        return judged(new Valid(request, request, match), table.isAmbiguous(request, match));
    }

    private static Reading judged(Valid valid, boolean ambiguous) {
        return ambiguous ? new Refused(RequestTarget.ambiguity(valid.request().path())) : valid;
    }
}
