package dev.stringsvc.gateway;

import dev.stringsvc.gateway.discovery.lastgood.Owner;
import dev.stringsvc.gateway.route.PathPattern;
import dev.stringsvc.gateway.route.Predicates;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Since when which service has had a host and path by its tags: who had it first keeps it. That a
/// service had it is known for some time after it is gone, so that nobody takes its place while it is
/// started again. Used by one thread at a time.
final class TagOwners {
    /// Of those that are gone. Who registers others again and again shall not fill the memory.
    private static final int MOST_GONE = 10_000;

    private final Store store;
    private final Duration age;
    private final InstantSource clock;
    private final Map<Claim, Owner> owners = new HashMap<>();
    private boolean begun;

    /// What is kept from one run to the next.
    interface Store {
        List<Owner> read();

        void keep(List<Owner> owners);
    }

    /// A host and path of a service.
    private record Claim(String service, String on) {
        static Claim of(String service, Predicates predicates) {
            PathPattern path = predicates.path();
            String segments = path.segments().stream()
                    .map(segment -> segment.startsWith("{") ? "{}" : segment)
                    .collect(Collectors.joining("/"));
            String host = predicates.host().map(Object::toString).orElse("");
            return new Claim(service, host + "/" + segments + (path.exact() ? " exact" : ""));
        }
    }

    /// @param age how long it is known that a service had what it has no more
    TagOwners(Store store, Duration age, InstantSource clock) {
        this.store = store;
        this.age = age;
        this.clock = clock;
        store.read().forEach(owner -> owners.put(new Claim(owner.service(), owner.claim()), owner));
    }

    /// Knows of nobody, and keeps nothing for another run.
    static TagOwners forgetful(InstantSource clock) {
        return new TagOwners(
                new Store() {
                    @Override
                    public List<Owner> read() {
                        return List.of();
                    }

                    @Override
                    public void keep(List<Owner> owners) {}
                },
                Duration.ofMinutes(10),
                clock);
    }

    /// Since when a service has had the host and path; the end of all time where it has not.
    Instant since(String service, Predicates predicates) {
        @Nullable Owner owner = owners.get(Claim.of(service, predicates));
        return owner == null ? Instant.MAX : owner.since();
    }

    /// Who has what now.
    final class Now {
        private final Instant now = clock.instant();
        private final Set<Claim> live = new HashSet<>();

        void has(String service, Predicates predicates) {
            Claim claim = Claim.of(service, predicates);
            live.add(claim);
            @Nullable Owner before = owners.get(claim);
            Instant since = before == null ? now : before.since();
            owners.put(claim, new Owner(service, claim.on(), since, Optional.empty()));
        }

        /// All others have nothing any more.
        void end() {
            if (live.isEmpty() && !begun) {
                return; // nothing was heard of any service yet
            }
            begun = true;
            owners.replaceAll(
                    (claim, owner) -> live.contains(claim) || owner.until().isPresent()
                            ? owner
                            : new Owner(owner.service(), owner.claim(), owner.since(), Optional.of(now)));
            owners.values()
                    .removeIf(owner -> owner.until()
                            .filter(until -> until.isBefore(now.minus(age)))
                            .isPresent());
            if (owners.size() - live.size() > MOST_GONE) {
                owners.entrySet().stream()
                        .filter(entry -> !live.contains(entry.getKey()))
                        .sorted(Comparator.comparing(
                                entry -> entry.getValue().until().orElse(now)))
                        .limit(owners.size() - live.size() - MOST_GONE)
                        .map(Map.Entry::getKey)
                        .toList()
                        .forEach(owners::remove);
            }
            List<Owner> all = new ArrayList<>(owners.values());
            all.sort(Comparator.comparing(Owner::service).thenComparing(Owner::claim));
            store.keep(all);
        }
    }

    Now now() {
        return new Now();
    }
}
