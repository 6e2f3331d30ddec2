package dev.stringsvc.gateway.upstream;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;

/// Who takes requests, at one moment. Immutable.
///
/// @param all every endpoint that discovery names, and suspects
/// @param taking those of them that are not ejected; all of them in a panic
/// @param panic whether more fail than may be ejected
/// @param hasSuspects whether there are some among them
record Rotation(List<Endpoint> all, List<Endpoint> taking, boolean panic, boolean hasSuspects) {
    static final Rotation EMPTY = new Rotation(List.of(), List.of(), false, false);

    static Rotation of(List<Endpoint> all, Ejection ejection) {
        List<Endpoint> well =
                all.stream().filter(endpoint -> !endpoint.ejected()).toList();
        boolean panic = all.size() - well.size() > ejection.most(all.size());
        return new Rotation(all, panic ? all : well, panic, all.stream().anyMatch(Endpoint::suspect));
    }

    /// The suspects that have been held long enough.
    List<Endpoint> heldUntil(Instant now) {
        return all.stream()
                .filter(endpoint -> !endpoint.heldUntil().isAfter(now))
                .toList();
    }

    /// A permit to probe one of the ejected endpoints that match, where it is time for that.
    ///
    /// @param client whose request it would be, by [ClientTag]
    Optional<Endpoint.Permit> probe(Predicate<Endpoint> which, int client) {
        return taking.size() == all.size()
                ? Optional.empty()
                : all.stream()
                        .filter(which)
                        .map(endpoint -> endpoint.acquireProbe(client))
                        .filter(Objects::nonNull)
                        .findFirst();
    }

    /// What the sibling that takes least takes, those that are silent included, in nanoseconds.
    double siblingsLeastNanos(Endpoint endpoint) {
        return taking.stream()
                .filter(other -> other != endpoint)
                .mapToLong(Endpoint::leastNanos)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /// What the answers of the others that take requests take on average; without end where nothing is known of them.
    ///
    /// Of endpoints that are all alike, at most one answer in ten takes ten times the average, whatever is asked of
    /// them: that is Markov's inequality, and why the mean is the measure and not the median.
    double siblingsMeanNanos(Endpoint endpoint) {
        return taking.stream()
                .filter(other -> other != endpoint && other.meanNanos() > 0)
                .mapToLong(Endpoint::meanNanos)
                .average()
                .orElse(Double.POSITIVE_INFINITY);
    }
}
