package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.config.Configuration;
import dev.stringsvc.gateway.config.FileContent;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.config.NextStart;
import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.VitalThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Loads the configuration again when its file changes or when it is asked to. What is not valid
/// changes nothing. Thread-safe.
public final class Reloads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reloads.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final StartConfiguration start;
    private final LiveRoutes live;
    private final LiveListener listener;
    private volatile @Nullable Thread watcher;
    private volatile boolean stopping;
    private boolean closed;

    /// @param start what the gateway was built from
    public Reloads(StartConfiguration start, LiveRoutes live, LiveListener listener) {
        this.start = start;
        this.live = live;
        this.listener = listener;
    }

    /// Begins to look at the file twice a second.
    public void watch() {
        start.file().ifPresent(this::watch);
    }

    private void watch(FileWatch file) {
        Thread watching = VitalThread.virtual("watch-config", () -> stopping, () -> {
            try {
                while (true) {
                    Thread.sleep(LOOK);
                    look(file);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        watcher = watching;
        watching.start();
    }

    private synchronized void look(FileWatch file) {
        file.changed().ifPresent(this::load);
    }

    /// Loads again and swaps at once, or says why not.
    public synchronized void reload() {
        start.file()
                .ifPresentOrElse(
                        file -> load(file.take()),
                        () -> LOG.warn("there is no configuration file that can be loaded again"));
    }

    private void load(FileContent content) {
        if (closed) {
            return;
        }
        Path name = start.source().file().orElseThrow();
        try {
            Configuration next = start.source().loadAgain(content);
            Optional<String> service = beforeItsRegistry(next);
            if (service.isPresent()) {
                refused("%s: services.%s.registry: etcd can be used after the next start, since the gateway was started"
                                .formatted(name, service.get())
                        + " without etcd.endpoints");
                return;
            }
            Difference difference = live.use(next);
            listener.reloaded(difference.toString());
            LOG.info("{} is loaded: {}", name, difference);
            List<String> later = NextStart.changed(start.configuration(), next);
            if (!later.isEmpty()) {
                LOG.warn("{}: changed in {}; takes effect at the next start", String.join(", ", later), name);
            }
        } catch (ConfigException e) {
            refused(String.valueOf(e.getMessage()));
        } catch (RuntimeException | StackOverflowError e) {
            FailStop.check("loading " + name + " failed", e);
            LOG.error("{} is not loaded, the gateway failed", name, e);
            refused("the gateway failed: " + e);
        }
    }

    /// A service that cannot be looked for before the next start, since `etcd` takes effect only then.
    private Optional<String> beforeItsRegistry(Configuration next) {
        return start.configuration().config().etcd().endpoints().isEmpty()
                ? next.config().services().entrySet().stream()
                        .filter(service -> service.getValue().source() == GatewayConfig.Source.ETCD)
                        .map(Map.Entry::getKey)
                        .findFirst()
                : Optional.empty();
    }

    private void refused(String why) {
        live.refused(why);
        listener.reloadRefused(why);
        LOG.warn(
                "not loaded, what was loaded at {} stands: {}",
                live.now().loaded().at(),
                why);
    }

    /// Waits for a load under way.
    @Override
    public void close() {
        stopping = true;
        @Nullable Thread watching = watcher;
        if (watching != null) {
            watching.interrupt();
        }
        synchronized (this) {
            closed = true;
        }
    }
}
