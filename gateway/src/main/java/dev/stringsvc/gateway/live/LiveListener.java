package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.upstream.Upstream;
import java.util.Collection;

/// Hears of what changes while the gateway runs. Thread-safe; must not block.
public interface LiveListener {
    /// Routes of these names are gone.
    void routesGone(Collection<String> names);

    /// No route names this service any more.
    void retired(Upstream upstream);

    /// The configuration was loaded again.
    ///
    /// @param changes in a phrase
    void reloaded(String changes);

    /// A changed configuration was refused; the previous one stays.
    void reloadRefused(String why);

    /// A route from a service's tags is not used.
    void quarantined(String service, String route, String reason);
}
