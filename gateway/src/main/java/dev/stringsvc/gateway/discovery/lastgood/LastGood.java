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

/// The last known instances of each service, kept in a file for the next run of the gateway. They are
/// the instances in use after an answer, suspects included, so that a gateway that restarts goes on with
/// the same instances as one that kept running. Thread-safe.
public final class LastGood implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LastGood.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    /// The log names at most this many of the services that are left out.
    private static final int MAX_NAMED = 10;

    /// How often the file is written if only the times of confirmation have changed.
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
            LOG.warn("{} is not used for this start: {}", file, reason(e));
            failing = file.isOther(); // then writing fails too, which need not be logged again
        }
    }

    /// Reads the file and starts to keep it up to date: it is written in the background within two
    /// seconds of a change, and every [#REFRESH] while answers only confirm it. If it cannot be read or
    /// written, this is logged once and the gateway runs without it.
    ///
    /// @param path need not exist, but its directory must
    /// @param age instances that were confirmed longer ago are not used
    public static LastGood open(Path path, Duration age, InstantSource clock) {
        var lastGood = new LastGood(path, age, clock);
        var _ = lastGood.writer.scheduleWithFixedDelay(
                VitalThread.task("last-good", lastGood::writeIfDue),
                CHECK_INTERVAL.toMillis(),
                CHECK_INTERVAL.toMillis(),
                TimeUnit.MILLISECONDS);
        return lastGood;
    }

    /// An instancer that reports the saved instances first, and then whatever `source` reports.
    ///
    /// @param tags the tags that the source asks for
    public Instancer over(Instancer source, String service, List<String> tags) {
        return new RememberingInstancer(this, source, service, List.copyOf(tags));
    }

    /// The saved instances of a service; empty if there are none, or they are too old or of other tags.
    synchronized Optional<Known> recall(String service, List<String> tags) {
        @Nullable Known last = known.get(service);
        if (last == null) {
            return Optional.empty();
        }
        if (!last.isOf(tags)) {
            LOG.info(
                    "{}: the instances in {} are not used, they were asked for in another way: {}",
                    service,
                    file,
                    last.tags());
            return Optional.empty();
        }
        if (!last.isYoungerThan(age, clock.instant())) {
            LOG.info(
                    "{}: the instances in {} are not used, they were last confirmed at {}",
                    service,
                    file,
                    last.confirmedAt());
            return Optional.empty();
        }
        return Optional.of(last);
    }

    /// The tags of all saved instances, by service. Services whose instances were asked for by tag are
    /// left out.
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

    /// Saves the instances that are in use now that the source has answered. These may be more than the
    /// answer lists.
    public synchronized void keep(String service, List<String> tags, List<Instance> instances) {
        var next = new Known(tags, clock.instant(), instances);
        @Nullable Known last = next.instances().isEmpty() ? known.remove(service) : known.put(service, next);
        boolean same = last == null
                ? next.instances().isEmpty()
                : last.instances().equals(next.instances()) && last.isOf(next.tags());
        changed |= !same;
        confirmed |= !next.instances().isEmpty();
    }

    /// The services that are known to have or have had a claim.
    public synchronized List<Owner> owners() {
        return owners;
    }

    /// Saves which services have which claims.
    public synchronized void keepOwners(List<Owner> now) {
        changed |= !owners.equals(now);
        owners = List.copyOf(now);
    }

    /// Writes the file if it is due. After a failure it is due again after [#REFRESH].
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
                    LOG.warn(
                            "{} cannot be written: {}; without it the gateway cannot start while the registry is away",
                            file,
                            failure);
                }
            } else if (failing) {
                LOG.info("{} can be written again", file);
            }
            failing = failure != null;
            if (failure == null) {
                logLeftOut(leftOut);
            }
        }
    }

    private void logLeftOut(Set<String> leftOut) {
        if (!leftOut.isEmpty() && !tooLarge) {
            LOG.warn(
                    "{} would be too large to be read at a start, so {} services are not saved in full: {}",
                    file,
                    leftOut.size(),
                    leftOut.stream().limit(MAX_NAMED).map(Label::of).toList());
        }
        tooLarge = !leftOut.isEmpty();
    }

    private static String reason(Exception e) {
        String message = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        return e.getClass() == IOException.class ? message : e.getClass().getSimpleName() + ": " + message;
    }

    /// Writes unsaved changes, and waits for that at most two seconds, so that a disk that hangs does
    /// not hold up the end of the process.
    @Override
    public void close() {
        try {
            writer.execute(this::writeLast);
            writer.shutdown();
            if (!writer.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("{} was not written in time", file);
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
