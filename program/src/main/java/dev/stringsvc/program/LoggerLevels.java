package dev.stringsvc.program;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The levels of this process's loggers, which can be changed while it runs. The logger above all is
/// `root`. Thread-safe.
public final class LoggerLevels {
    /// The words for levels, from the quietest.
    public static final List<String> WORDS = List.of("off", "error", "warn", "info", "debug", "trace");

    private static final List<Level> LEVELS =
            List.of(Level.OFF, Level.SEVERE, Level.WARNING, Level.INFO, Level.FINE, Level.FINEST);
    private static final String ROOT = "root";

    /// The loggers whose level was changed, and what it was before. A logger without a reference to it
    /// would be garbage-collected, and its level lost.
    private final Map<Logger, Optional<Level>> before = new HashMap<>();

    /// The level from which a logger's records are written.
    ///
    /// @param changed true if it was set here
    public record State(String level, boolean changed) {}

    /// Every logger by name.
    public synchronized Map<String, State> all() {
        Map<String, State> all = new TreeMap<>();
        for (String name : names()) {
            all.put(name, state(logger(name)));
        }
        return all;
    }

    /// Changes the level of a logger, and of those below it that have no level of their own.
    ///
    /// @param level one of [#WORDS]; `null` restores the level before the first change
    /// @return what it is now; empty if there is no such logger
    /// @throws IllegalArgumentException if there is no such level
    public synchronized Optional<State> set(String name, @Nullable String level) {
        int index = level == null ? -1 : WORDS.indexOf(level.toLowerCase(Locale.ROOT));
        if (level != null && index < 0) {
            throw new IllegalArgumentException("expected a level of " + String.join(", ", WORDS) + ", or null");
        }
        if (!names().contains(name)) {
            return Optional.empty();
        }
        Logger logger = logger(name);
        if (index >= 0) {
            before.putIfAbsent(logger, Optional.ofNullable(logger.getLevel()));
            logger.setLevel(LEVELS.get(index));
        } else if (before.containsKey(logger)) {
            logger.setLevel(before.remove(logger).orElse(null));
        }
        return Optional.of(state(logger));
    }

    private State state(Logger logger) {
        return new State(word(logger), before.containsKey(logger));
    }

    private static Logger logger(String name) {
        return Logger.getLogger(name.equals(ROOT) ? "" : name);
    }

    /// The names of loggers and of the packages above them.
    private static Set<String> names() {
        Set<String> names = new TreeSet<>();
        for (String name : Collections.list(LogManager.getLogManager().getLoggerNames())) {
            for (String above = name; !above.isEmpty(); ) {
                names.add(above);
                above = above.substring(0, Math.max(0, above.lastIndexOf('.')));
            }
        }
        names.add(ROOT);
        return names;
    }

    /// The level of the nearest logger that has one, as a word.
    private static String word(Logger logger) {
        @Nullable Logger nearest = logger;
        while (nearest != null && nearest.getLevel() == null) {
            nearest = nearest.getParent();
        }
        int level = nearest == null ? Level.INFO.intValue() : nearest.getLevel().intValue();
        for (int i = 0; i < LEVELS.size(); i++) {
            if (level >= LEVELS.get(i).intValue()) {
                return WORDS.get(i);
            }
        }
        return WORDS.getLast();
    }
}
