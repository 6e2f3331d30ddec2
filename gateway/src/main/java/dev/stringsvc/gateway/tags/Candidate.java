package dev.stringsvc.gateway.tags;

import dev.stringsvc.gateway.config.RouteBinder.Bound;
import dev.stringsvc.gateway.config.TagRoute;
import dev.stringsvc.gateway.route.Predicates;
import java.time.Instant;
import java.util.Comparator;

/// A route by tags that is valid by itself, but may exclude others.
///
/// @param since when the service has had the route's host and path
/// @param listed the service's state in Consul
record Candidate(TagRoute tagged, Bound.Accepted accepted, Instant since, Standing listed) {
    static final Comparator<Candidate> FIRST_COME = Comparator.comparing(
                    (Candidate one) -> one.listed == Standing.GONE_FOR_GOOD)
            .thenComparing(Candidate::since);

    Predicates predicates() {
        return accepted.route().predicates();
    }

    String service() {
        return tagged.service();
    }

    /// A service's state in Consul: listed, gone for less than `guard.hold`, or gone for longer. If it
    /// is gone for longer, all other services come first.
    enum Standing {
        LISTED,
        GONE,
        GONE_FOR_GOOD
    }
}
