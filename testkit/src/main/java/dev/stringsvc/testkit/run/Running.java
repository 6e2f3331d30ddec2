package dev.stringsvc.testkit.run;

import dev.stringsvc.testkit.AppProcess;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// A program that was started. After its last line of output, one more line says with which exit code
/// it ended.
final class Running {
    private static final Duration FOR_EVER = Duration.ofDays(36_500);
    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);
    private static final int KILLED = 137;

    private final String name;
    private final AppProcess process;
    private final int codeOfStop;
    private final CompletableFuture<Void> end;
    private volatile boolean asked;

    /// @param codeOfStop the exit code after SIGTERM if all is well
    Running(String name, AppProcess process, int codeOfStop, Consumer<String> output) {
        this.name = name;
        this.process = process;
        this.codeOfStop = codeOfStop;
        this.end = CompletableFuture.runAsync(() -> output.accept(describe(process.awaitExit(FOR_EVER))), THREADS);
    }

    private String describe(int code) {
        if (asked && code == codeOfStop && code != 0) {
            return "stopped";
        }
        return "exited with code " + code + (code == KILLED ? " (killed)" : "");
    }

    String name() {
        return name;
    }

    long pid() {
        return process.pid();
    }

    /// Completes once the program has ended and the line about it is printed.
    CompletableFuture<Void> end() {
        return end;
    }

    /// Sends SIGTERM.
    void terminate() {
        asked = true;
        process.handle().destroy();
    }

    /// Sends SIGKILL.
    void kill() {
        process.handle().destroyForcibly();
    }
}
