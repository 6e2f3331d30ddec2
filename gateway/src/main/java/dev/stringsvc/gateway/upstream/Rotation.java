package dev.stringsvc.gateway.upstream;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/// The endpoints that take requests at one moment. Immutable.
///
/// @param all every endpoint that discovery lists, and suspects
/// @param taking the endpoints that take requests: those that are not ejected, or all in a panic
/// @param panic true if more fail than may be ejected
/// @param hasSuspects true if some endpoints are suspects
record Rotation(List<Endpoint> all, List<Endpoint> taking, boolean panic, boolean hasSuspects) {
    static final Rotation EMPTY = new Rotation(List.of(), List.of(), false, false);

    static Rotation of(List<Endpoint> all, Ejection ejection) {
        List<Endpoint> well =
                all.stream().filter(endpoint -> !endpoint.ejected()).toList();
        boolean panic = all.size() - well.size() > ejection.most(all.size());
        return new Rotation(all, panic ? all : well, panic, all.stream().anyMatch(Endpoint::suspect));
    }

    /// The suspects whose time is over.
    List<Endpoint> heldUntil(Instant now) {
        return all.stream()
                .filter(endpoint -> !endpoint.heldUntil().isAfter(now))
                .toList();
    }

    /// A permit to probe one of the ejected endpoints that match; empty if no probe is due.
    ///
    /// @param client by [ClientTag]
    Optional<Endpoint.Permit> probe(Predicate<Endpoint> which, int client) {
        return taking.size() == all.size()
                ? Optional.empty()
                : all.stream()
                        .filter(which)
                        .map(endpoint -> endpoint.acquireProbe(client))
                        .filter(Objects::nonNull)
                        .findFirst();
    }

    /// The smallest mean time to a response among the other endpoints, in nanoseconds, with silent
    /// attempts counted.
    double siblingsLeastNanos(Endpoint endpoint) {
        return taking.stream()
                .filter(other -> other != endpoint)
                .mapToLong(Endpoint::leastNanos)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /// The mean time to a response of the other endpoints that take requests, in nanoseconds; infinite
    /// if none has responded.
    ///
    /// This is the mean and not the median because of Markov's inequality: if all endpoints are equally
    /// fast, at most one response in ten takes ten times the mean, whatever the requests are.
    double siblingsMeanNanos(Endpoint endpoint) {
        return taking.stream()
                .filter(other -> other != endpoint && other.meanNanos() > 0)
                .mapToLong(Endpoint::meanNanos)
                .average()
                .orElse(Double.POSITIVE_INFINITY);
    }
}
