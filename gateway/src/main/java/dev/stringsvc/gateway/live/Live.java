package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.retry.Routing;
import dev.stringsvc.gateway.tags.Quarantined;
import dev.stringsvc.gateway.upstream.Upstream;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is live at one moment, as the data port uses it and the admin port shows it. Immutable.
///
/// @param upstreams of the services that routes name, by name
/// @param awaited those of them that must have answered before the gateway is ready; none once it was
/// @param loaded of the configuration file
/// @param tags of Consul's services; `null` where they make no routes
public record Live(
        Routing routing,
        List<Upstream> upstreams,
        List<Upstream> awaited,
        Loaded loaded,
        @Nullable Tags tags) {
    public Live {
        upstreams = List.copyOf(upstreams);
        awaited = List.copyOf(awaited);
    }

    /// The upstream of a service; empty if no route names the service.
    public Optional<Upstream> upstream(String service) {
        return upstreams.stream()
                .filter(upstream -> upstream.service().equals(service))
                .findFirst();
    }

    /// When the configuration was loaded, and when and why another was refused after that.
    public record Loaded(
            Instant at,
            @Nullable Instant refusedAt,
            @Nullable String refusal) {
        /// The same, another one having been refused.
        public Loaded refused(Instant when, String why) {
            return new Loaded(at, when, why);
        }
    }

    /// What the services' tags came to.
    ///
    /// @param answered whether the services are known
    /// @param error why Consul does not tell them now; `null` while it does
    public record Tags(boolean answered, @Nullable String error, List<Quarantined> quarantined) {
        public Tags {
            quarantined = List.copyOf(quarantined);
        }
    }

    /// Whether requests can be served as they are meant to.
    public boolean ready() {
        return (tags == null || tags.answered())
                && awaited.stream().allMatch(upstream -> upstream.watch().answered());
    }
}
