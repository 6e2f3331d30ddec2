package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.upstream.Upstream;
import java.util.Collection;

/// Hears of what changes while the gateway runs. Thread-safe; must not block.
public interface LiveListener {
    /// Routes of these names are gone.
    void routesGone(Collection<String> names);

    /// No route names this service any more.
    void retired(Upstream upstream);

    /// The configuration was loaded again, or was refused.
    void reloaded(boolean ok);
}
