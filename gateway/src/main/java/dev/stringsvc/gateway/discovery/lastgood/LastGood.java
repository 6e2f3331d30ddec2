package dev.stringsvc.gateway.discovery.lastgood;

import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Instancer;
import dev.stringsvc.program.Label;
import dev.stringsvc.program.VitalThread;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What each service's instances were when their source last said so, kept in a file from one run to the next.
///
/// It holds what is in use after an answer, so that a gateway that is started again goes on as one that went
/// on running: also with instances that a source without memory has forgotten and that are used on for a while.
///
/// The file is written in the background within a second or two of a change, and every [#REFRESH] while answers only
/// confirm what it holds. Where it can be neither read nor written, that is logged once, and nothing else happens.
/// Thread-safe.
public final class LastGood implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LastGood.class);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /// Of the services that are left out, so many are named in the log.
    private static final int NAMED = 10;

    /// How much younger than what the file says a confirmation may be.
    static final Duration REFRESH = Duration.ofSeconds(15);

    private final LastGoodFile file;
    private final Duration age;
    private final InstantSource clock;
    private final ScheduledExecutorService writer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("last-good").factory());

    private final Map<String, Known> known = new TreeMap<>();
    private List<Owner> owners = List.of();
    private boolean changed;
    private boolean confirmed;
    private Instant writtenAt = Instant.EPOCH;
    private boolean failing;
    private boolean tooLarge;

    LastGood(Path path, Duration age, InstantSource clock) {
        this(new LastGoodFile(path, LastGoodFile.LARGEST), age, clock);
    }

    LastGood(LastGoodFile file, Duration age, InstantSource clock) {
        this.file = file;
        this.age = age;
        this.clock = clock;
        try {
            LastGoodFile.Content content = file.read();
            known.putAll(content.services());
            owners = content.owners();
            known.values().removeIf(last -> last.instances().isEmpty());
        } catch (IOException e) {
            LOG.warn("{} is not used at this start: {}", file, reason(e));
            failing = file.isOther(); // then it cannot be written either, which need not be said again
        }
    }

    /// Reads the file, and begins to keep it up to date.
    ///
    /// @param path the file; need not exist, but its directory must
    /// @param age what was confirmed longer ago is not believed
    public static LastGood open(Path path, Duration age, InstantSource clock) {
        var lastGood = new LastGood(path, age, clock);
        var _ = lastGood.writer.scheduleWithFixedDelay(
                VitalThread.task("last-good", lastGood::writeIfDue),
                LOOK.toMillis(),
                LOOK.toMillis(),
                TimeUnit.MILLISECONDS);
        return lastGood;
    }

    /// An instancer that reports the saved instances first, and then whatever `source` reports.
    ///
    /// @param tags the tags that the source asks for
    public Instancer over(Instancer source, String service, List<String> tags) {
        return new RememberingInstancer(this, source, service, List.copyOf(tags));
    }

    /// What to go on from until the source answers.
    synchronized Optional<Known> recall(String service, List<String> tags) {
        @Nullable Known last = known.get(service);
        if (last == null) {
            return Optional.empty();
        }
        if (!last.isOf(tags)) {
            LOG.info("{}: what {} holds is not used, it is of the tags {}", service, file, last.tags());
            return Optional.empty();
        }
        if (!last.isYoungerThan(age, clock.instant())) {
            LOG.info("{}: what {} holds is not used, it is of {}", service, file, last.confirmedAt());
            return Optional.empty();
        }
        return Optional.of(last);
    }

    /// The tags that any instance has, by service: of services whose instances were asked for whatever their tags.
    public synchronized Map<String, List<String>> tags() {
        Map<String, List<String>> tags = new TreeMap<>();
        Instant now = clock.instant();
        known.forEach((service, last) -> {
            if (last.isOf(List.of()) && last.isYoungerThan(age, now)) {
                tags.put(
                        service,
                        last.instances().stream()
                                .flatMap(instance -> instance.tags().stream())
                                .distinct()
                                .toList());
            }
        });
        return tags;
    }

    /// Saves the instances that are in use now that the source has answered. These may be more than the answer lists.
    public synchronized void keep(String service, List<String> tags, List<Instance> instances) {
        var next = new Known(tags, clock.instant(), instances);
        @Nullable Known last = next.instances().isEmpty() ? known.remove(service) : known.put(service, next);
        boolean same = last == null
                ? next.instances().isEmpty()
                : last.instances().equals(next.instances()) && last.isOf(next.tags());
        changed |= !same;
        confirmed |= !next.instances().isEmpty();
    }

    /// The services that have, or had, a host and path by tags, as far as that is known.
    public synchronized List<Owner> owners() {
        return owners;
    }

    /// Keeps who has what by tags now.
    public synchronized void keepOwners(List<Owner> now) {
        changed |= !owners.equals(now);
        owners = List.copyOf(now);
    }

    /// Writes where there is something new to write, and not too soon. A failure is tried again after [#REFRESH].
    void writeIfDue() {
        Map<String, Known> young = new TreeMap<>();
        List<Owner> owned;
        Instant now = clock.instant();
        synchronized (this) {
            boolean due = Duration.between(writtenAt, now).abs().compareTo(REFRESH) >= 0;
            if (!(failing ? due && (changed || confirmed) : changed || (due && confirmed))) {
                return;
            }
            changed = false;
            confirmed = false;
            writtenAt = now;
            owned = owners;
            known.forEach((service, last) -> {
                if (last.isYoungerThan(age, now)) {
                    young.put(service, last);
                }
            });
        }
        write(new LastGoodFile.Content(young, owned));
    }

    private void write(LastGoodFile.Content content) {
        @Nullable String failure = null;
        Set<String> leftOut = Set.of();
        try {
            leftOut = file.write(content);
        } catch (IOException | RuntimeException e) {
            failure = reason(e);
        }
        synchronized (this) {
            if (failure != null) {
                changed = true;
                if (!failing) {
                    LOG.warn("{} cannot be written: {}; without it, a start needs Consul", file, failure);
                }
            } else if (failing) {
                LOG.info("{} is written again", file);
            }
            failing = failure != null;
            if (failure == null) {
                tell(leftOut);
            }
        }
    }

    private void tell(Set<String> leftOut) {
        if (!leftOut.isEmpty() && !tooLarge) {
            LOG.warn(
                    "{} would be larger than a start reads, so what is largest is left out, of {} services: {}",
                    file,
                    leftOut.size(),
                    leftOut.stream().limit(NAMED).map(Label::of).toList());
        }
        tooLarge = !leftOut.isEmpty();
    }

    private static String reason(Exception e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return e.getClass() == IOException.class ? message : e.getClass().getSimpleName() + ": " + message;
    }

    /// Writes what is not written yet, and waits a moment for that; a disk that hangs does not keep a process.
    @Override
    public void close() {
        try {
            writer.execute(this::writeLast);
            writer.shutdown();
            if (!writer.awaitTermination(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} is not written in time", file);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void writeLast() {
        synchronized (this) {
            changed |= confirmed;
        }
        writeIfDue();
    }
}
