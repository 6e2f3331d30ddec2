package dev.stringsvc.gateway.route;

/// Which requests are taken, and what is done with them. Immutable.
///
/// @param name unique; in answers, logs and metrics
/// @param requestHeaders what is changed in the head that goes to an instance
/// @param responseHeaders what is changed in the head that goes to the client
public record Route(
        String name, Predicates predicates, HeaderEdits requestHeaders, HeaderEdits responseHeaders, Action action) {
    /// @throws IllegalArgumentException whose message is the key, a colon, and what was expected
    public Route {
        Check.that(!name.isBlank(), "name", "a name");
        action.checkOn(predicates.path());
    }

    /// A route for every method, host and header that forwards and edits nothing.
    public static Route to(Action.Forward forward, String name, String path) {
        return new Route(name, Predicates.onPath(path), HeaderEdits.NONE, HeaderEdits.NONE, forward);
    }
}
