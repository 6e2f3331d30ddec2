package dev.stringsvc.gateway.tags;

import dev.stringsvc.gateway.route.Predicates;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Records when each service got its host and path by tags. The service that had it first keeps it.
///
/// While such a service is gone, no other gets its host and path for a short time (the hold), so that a restart costs
/// it
/// nothing. Its record is kept for longer than that: when it comes back, it has its host and path again. Used by one
/// thread at a time.
public final class TagOwners {
    /// The most records of one service that are kept of what it has no more. So a service that registers new paths
    /// again and again fills no memory, and the records of other services stay.
    private static final int MOST_GONE = 200;
    /// In characters. Claims are kept in memory and in the last-good file; instead of a longer one its hash is kept.
    private static final int LONGEST_CLAIM = 200;

    private final Store store;
    private final Duration age;
    private final Duration hold;
    private final InstantSource clock;
    private final Map<Claim, Owner> owners = new HashMap<>();
    /// True once any service has asked for a route.
    private boolean begun;

    /// Who has had a host and path, so that it is known after a restart who had it first.
    ///
    /// @param claim the host and path
    /// @param since when the service got it
    /// @param until when the service had it last; empty while it has it
    public record Owner(String service, String claim, Instant since, Optional<Instant> until) {}

    /// What is kept from one run to the next.
    public interface Store {
        List<Owner> read();

        void keep(List<Owner> owners);
    }

    /// A host and path of a service.
    private record Claim(String service, String on) {
        Claim {
            on = on.length() <= LONGEST_CLAIM ? on : hash(on);
        }

        static Claim of(String service, Predicates predicates) {
            return new Claim(service, TagOwners.on(predicates));
        }
    }

    private static String hash(String text) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every JVM has it
        }
    }

    /// @param age how long it is known that a service had what it has no more
    /// @param hold how long no other gets what a service had
    public TagOwners(Store store, Duration age, Duration hold, InstantSource clock) {
        this.store = store;
        this.age = age;
        this.hold = hold;
        this.clock = clock;
        for (Owner owner : store.read()) {
            var claim = new Claim(owner.service(), owner.claim());
            owners.put(claim, new Owner(claim.service(), claim.on(), owner.since(), owner.until()));
        }
    }

    /// Starts empty and stores nothing.
    public static TagOwners forgetful(Duration hold, InstantSource clock) {
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
                hold,
                clock);
    }

    /// The host and path that a service has with a route, whatever its methods, the names of its variables, and whether
    /// it takes paths below.
    static String on(Predicates predicates) {
        String segments = predicates.path().segments().stream()
                .map(segment -> segment.startsWith("{") ? "{}" : segment)
                .collect(Collectors.joining("/"));
        return predicates.host().map(Object::toString).orElse("") + "/" + segments;
    }

    /// When a service got the host and path; [Instant#MAX] if it never had it.
    Instant since(String service, Predicates predicates) {
        @Nullable Owner owner = owners.get(Claim.of(service, predicates));
        return owner == null ? Instant.MAX : owner.since();
    }

    /// True if a service has been gone for so long that others need not wait for it.
    boolean isGoneForGood(String service, Predicates predicates) {
        @Nullable Owner owner = owners.get(Claim.of(service, predicates));
        return owner == null
                || owner.until().map(until -> isOver(until, clock.instant())).orElse(false);
    }

    private boolean isOver(Instant until, Instant now) {
        return !until.plus(hold).isAfter(now);
    }

    /// What a service that is gone had, and others wait for.
    ///
    /// @param end when they need not wait any more
    record Held(String service, Instant since, Instant end) {}

    /// The claims that are live after one update.
    final class Now {
        private final Instant now = clock.instant();
        private final Set<Claim> live = new HashSet<>();
        private final Map<String, Held> held = new HashMap<>();

        /// @param claimed what listed services ask for
        private Now(Set<Claim> claimed) {
            begun |= !claimed.isEmpty();
            owners.forEach((claim, owner) -> {
                Instant until = owner.until().orElse(now);
                if (!claimed.contains(claim) && !isOver(until, now)) {
                    held.merge(
                            claim.on(),
                            new Held(claim.service(), owner.since(), until.plus(hold)),
                            (one, other) -> one.since().isAfter(other.since()) ? other : one);
                }
            });
        }

        /// The service that had the host and path first and has been gone for less than the hold; empty where the one
        /// that asks has it now, or had it before.
        Optional<Held> held(String service, Predicates predicates) {
            Claim claim = Claim.of(service, predicates);
            @Nullable Owner own = owners.get(claim);
            boolean has = own != null && own.until().isEmpty();
            return Optional.ofNullable(held.get(claim.on()))
                    .filter(one -> !has && !one.service().equals(service))
                    .filter(one -> own == null || own.since().isAfter(one.since()));
        }

        void has(String service, Predicates predicates) {
            Claim claim = Claim.of(service, predicates);
            live.add(claim);
            @Nullable Owner before = owners.get(claim);
            Instant since = before == null ? now : before.since();
            owners.put(claim, new Owner(service, claim.on(), since, Optional.empty()));
        }

        /// All others have nothing any more.
        void end() {
            if (!begun) {
                return;
            }
            owners.replaceAll(
                    (claim, owner) -> live.contains(claim) || owner.until().isPresent()
                            ? owner
                            : new Owner(owner.service(), owner.claim(), owner.since(), Optional.of(now)));
            owners.values()
                    .removeIf(owner -> owner.until()
                            .filter(until -> until.isBefore(now.minus(age)))
                            .isPresent());
            forget();
            List<Owner> all = new ArrayList<>(owners.values());
            all.sort(Comparator.comparing(Owner::service).thenComparing(Owner::claim));
            store.keep(all);
        }

        /// The oldest of each service that has too many.
        private void forget() {
            Map<String, List<Claim>> gone = new HashMap<>();
            owners.forEach((claim, owner) -> {
                if (owner.until().isPresent()) {
                    gone.computeIfAbsent(claim.service(), service -> new ArrayList<>())
                            .add(claim);
                }
            });
            for (List<Claim> claims : gone.values()) {
                if (claims.size() > MOST_GONE) {
                    claims.sort(Comparator.comparing(claim -> until(claim)));
                    claims.subList(0, claims.size() - MOST_GONE).forEach(owners::remove);
                }
            }
        }

        private Instant until(Claim claim) {
            @Nullable Owner owner = owners.get(claim);
            return owner == null ? now : owner.until().orElse(now);
        }
    }

    /// @param asking the listed services, and what they ask for
    Now now(Stream<Map.Entry<String, Predicates>> asking) {
        return new Now(asking.map(one -> Claim.of(one.getKey(), one.getValue())).collect(Collectors.toSet()));
    }
}
