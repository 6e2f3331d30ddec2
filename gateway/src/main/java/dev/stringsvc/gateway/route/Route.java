package dev.stringsvc.gateway.route;

/// Which requests are taken, and what is done with them. Immutable.
///
/// @param name unique; in answers, logs and metrics
/// @param requestHeaders what is changed in the head that goes to an instance
/// @param responseHeaders what is changed in the head that goes to the client
/// @param exclusive true if no service's tags may ask for a part of `/`, where that is its path; of
/// another path they may not in any case
public record Route(
        String name,
        Predicates predicates,
        HeaderEdits requestHeaders,
        HeaderEdits responseHeaders,
        Action action,
        boolean exclusive) {
    /// @throws IllegalArgumentException whose message is the key, a colon, and what was expected
    public Route {
        Check.that(!name.isBlank(), "name", "a name");
        action.checkOn(predicates.path());
    }

    /// A route that is not exclusive.
    public Route(
            String name,
            Predicates predicates,
            HeaderEdits requestHeaders,
            HeaderEdits responseHeaders,
            Action action) {
        this(name, predicates, requestHeaders, responseHeaders, action, false);
    }

    /// True if a route that tags ask for would take requests that are this one's. A route for `/` that
    /// is not exclusive leaves to tags what they ask for.
    public boolean keepsOut(Predicates asked) {
        return keepsOutAny() && asked.takesFrom(predicates);
    }

    /// True unless it leaves to tags what they ask for.
    boolean keepsOutAny() {
        return exclusive || !predicates.path().isRoot();
    }

    /// A route for every method, host and header that forwards and edits nothing.
    public static Route to(Action.Forward forward, String name, String path) {
        return new Route(name, Predicates.onPath(path), HeaderEdits.NONE, HeaderEdits.NONE, forward);
    }
}
