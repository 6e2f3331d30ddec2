package dev.stringsvc.gateway.tags;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The hosts and paths that services have got so far. No other service's route may take a part of
/// them.
final class Taken {
    /// In place of a method, for a route that names none.
    private static final String ANY_METHOD = "*";

    /// By host and path, and then by method.
    private final Map<String, Map<String, Candidate>> first = new HashMap<>();

    Optional<String> clash(Candidate one) {
        String on = TagOwners.on(one.predicates());
        Map<String, Candidate> there = first.getOrDefault(on, Map.of());
        List<String> methods = one.predicates().methods();
        Stream<Candidate> owners = methods.isEmpty()
                ? there.values().stream()
                : Stream.concat(methods.stream(), Stream.of(ANY_METHOD))
                        .flatMap(method -> Optional.ofNullable(there.get(method)).stream());
        return owners.filter(owner -> !owner.service().equals(one.service()))
                .findFirst()
                .map(owner -> "routes '%s' and '%s' claim the same requests: '%s' had %s first"
                        .formatted(owner.tagged().name(), one.tagged().name(), owner.service(), on));
    }

    void add(Candidate one) {
        Map<String, Candidate> there = first.computeIfAbsent(TagOwners.on(one.predicates()), on -> new HashMap<>());
        List<String> methods = one.predicates().methods();
        (methods.isEmpty() ? List.of(ANY_METHOD) : methods).forEach(method -> there.put(method, one));
    }
}
