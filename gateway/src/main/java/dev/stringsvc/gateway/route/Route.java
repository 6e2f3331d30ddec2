package dev.stringsvc.gateway.route;

import dev.stringsvc.program.Check;
import dev.stringsvc.program.SettingException;

/// Which requests a route takes, and what it does with them. Immutable.
///
/// @param name unique; used in answers, logs and metrics
/// @param requestHeaders edits of the head that an instance gets
/// @param responseHeaders edits of the head that the client gets
/// @param exclusive true if tags of services must not make routes below this route's path when it is
/// `/`; below any other path they never may
public record Route(
        String name,
        Predicates predicates,
        HeaderEdits requestHeaders,
        HeaderEdits responseHeaders,
        Action action,
        boolean exclusive) {
    /// @throws SettingException for a value that is not valid
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

    /// True if a route from tags would take requests that belong to this one. A route for `/` that is
    /// not exclusive lets tags take any part of it.
    public boolean keepsOut(Predicates asked) {
        return keepsOutAny() && asked.takesFrom(predicates);
    }

    /// False if tags may make routes below this route's path.
    boolean keepsOutAny() {
        return exclusive || !predicates.path().isRoot();
    }

    /// A route for any method, host and header that forwards and edits nothing.
    public static Route to(Action.Forward forward, String name, String path) {
        return new Route(name, Predicates.onPath(path), HeaderEdits.NONE, HeaderEdits.NONE, forward);
    }
}
