package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.config.ConfigSource;
import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.config.NextStart;
import dev.stringsvc.program.FailStop;
import dev.stringsvc.program.VitalThread;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Loads the configuration again when its file changes or when it is asked to. What is not valid changes nothing.
/// Thread-safe.
public final class Reloads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Reloads.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final ConfigSource source;
    private final GatewayConfig atStart;
    private final LiveRoutes live;
    private final LiveListener listener;
    private final Optional<FileWatch> file;
    private volatile @Nullable Thread watcher;
    private volatile boolean stopping;
    private boolean closed;

    /// @param file as it was when it was loaded; empty where it cannot be read twice
    /// @param atStart what the gateway was built from
    public Reloads(
            ConfigSource source,
            Optional<FileWatch> file,
            GatewayConfig atStart,
            LiveRoutes live,
            LiveListener listener) {
        this.source = source;
        this.file = file;
        this.atStart = atStart;
        this.live = live;
        this.listener = listener;
    }

    /// Begins to look at the file twice a second.
    public void watch() {
        file.ifPresent(this::watch);
    }

    private void watch(FileWatch file) {
        Thread watching = VitalThread.virtual("watch-config", () -> stopping, () -> {
            try {
                while (true) {
                    Thread.sleep(LOOK);
                    if (file.changed()) {
                        reload();
                    }
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        watcher = watching;
        watching.start();
    }

    /// Loads again and swaps at once, or says why not.
    public synchronized void reload() {
        if (closed) {
            return;
        }
        if (source.file().isEmpty() || file.isEmpty()) {
            LOG.warn("there is no configuration file that can be loaded again");
            return;
        }
        Path name = source.file().get();
        file.get().take();
        try {
            var next = source.loadAgain();
            Difference difference = live.use(next);
            listener.reloaded(true);
            LOG.info("{} is loaded: {}", name, difference);
            List<String> later = NextStart.changed(atStart, next.config());
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

    private void refused(String why) {
        live.refused(why);
        listener.reloaded(false);
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
