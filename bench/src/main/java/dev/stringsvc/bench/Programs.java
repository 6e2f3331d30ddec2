package dev.stringsvc.bench;

import dev.stringsvc.testkit.AppProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// Finds programs and runs them. No program outlives this one.
final class Programs {
    private static final Set<AppProcess> RUNNING = ConcurrentHashMap.newKeySet();

    private static final long ASKED_MILLIS = 2_000;

    static {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> RUNNING.forEach(Programs::stop)));
    }

    private Programs() {}

    /// The path that `scripts/peers NAME` finds. Empty if there is none; the reason is on standard
    /// error.
    static Optional<String> find(String name) {
        try {
            var process = new ProcessBuilder("scripts/peers", name)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            try (var out = process.inputReader()) {
                String path = out.readAllAsString().strip();
                return process.waitFor() == 0 ? Optional.of(path) : Optional.empty();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /// Like [#find], for a program that is required.
    static String need(String name) {
        return find(name).orElseThrow(() -> new IllegalStateException("the benchmark needs " + name));
    }

    /// The first line that a program prints, to standard output or standard error.
    static String firstLine(String... command) {
        AppProcess process = start(List.of(command), Map.of());
        try {
            return process.awaitLine(line -> true);
        } finally {
            stop(process);
        }
    }

    /// Starts a program whose output is appended to `log`.
    static AppProcess start(Path log, List<String> command) {
        List<String> all = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" >>\"$0\" 2>&1", log.toString()));
        all.addAll(command);
        return start(all, Map.of());
    }

    /// Starts a program whose output is kept in memory.
    static AppProcess start(List<String> command, Map<String, String> env) {
        AppProcess process = AppProcess.start(command, env);
        RUNNING.add(process);
        return process;
    }

    /// Ends a program and all that it started.
    static void stop(AppProcess process) {
        ProcessHandle.of(process.pid())
                .filter(handle -> handle.children().findAny().isPresent())
                .ifPresent(Programs::askToEnd);
        process.close();
        RUNNING.remove(process);
    }

    /// Sends SIGTERM. A program with workers ends these too.
    private static void askToEnd(ProcessHandle master) {
        master.destroy();
        master.onExit()
                .completeOnTimeout(master, ASKED_MILLIS, TimeUnit.MILLISECONDS)
                .join();
    }

    static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted", e);
    }
}
