package dev.stringsvc.testkit;

import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A program in its own process, whose output a test can read and to which it can send signals. The
/// program has its own session, so a terminal's Ctrl-C does not reach it, and every signal has its
/// default action. It never outlives the JVM that started it, even if that JVM is killed.
public final class AppProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final File NOTHING = new File("/dev/null");
    private static final int LINES_SHOWN = 40;

    private final String name;
    private final Process process;
    private final Consumer<String> output;
    private final Thread reader;
    private final List<String> lines = new ArrayList<>();
    private boolean ended;

    private AppProcess(String name, Process process, @Nullable Consumer<String> output) {
        this.name = name;
        this.process = process;
        this.output = output == null ? this::keep : output;
        this.reader = Thread.ofPlatform().name("output of " + name).daemon().start(this::read);
    }

    /// Starts `java -jar jar args...` on the JDK that runs the test, with the options in the module's
    /// `jvm.options` if there is such a file.
    public static AppProcess java(Path jar, List<String> args, Map<String, String> env) {
        return start(command(jar, args), env);
    }

    /// The same, with a limit on the number of open files and sockets.
    public static AppProcess java(Path jar, List<String> args, Map<String, String> env, int openFiles) {
        var limited = new ArrayList<>(List.of("bash", "-c", "ulimit -n " + openFiles + " && exec \"$@\"", "bash"));
        limited.addAll(command(jar, args));
        return start(limited, env);
    }

    /// The command that [#java] starts.
    public static List<String> command(Path jar, List<String> args) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        Path options = jar.resolveSibling("../jvm.options").normalize();
        Stream<String> command = Files.exists(options)
                ? Stream.of(java, "@" + options, "-jar", jar.toString())
                : Stream.of(java, "-jar", jar.toString());
        return Stream.concat(command, args.stream()).toList();
    }

    /// Starts a command. Its environment is that of the test and `env`, without the variables that
    /// configure our own programs. Standard output and standard error are read as one.
    public static AppProcess start(List<String> command, Map<String, String> env) {
        return launch(command, env, null);
    }

    /// The same for a program that runs for long: passes each line to `output`, on another thread, and
    /// keeps none.
    public static AppProcess start(List<String> command, Map<String, String> env, Consumer<String> output) {
        return launch(command, env, output);
    }

    private static AppProcess launch(List<String> command, Map<String, String> env, @Nullable Consumer<String> output) {
        var builder = new ProcessBuilder(OwnSession.command(command))
                .redirectErrorStream(true)
                .redirectInput(Redirect.from(NOTHING));
        builder.environment()
                .keySet()
                .removeIf(key -> key.matches("(CONSUL|ETCDCTL|ETCD|OTEL|STRINGSVC|GATEWAY|NOTIFICATOR|USERS"
                        + "|FRONTEND|SEARCH|GEO|RATE|PROFILE)_(?!BIN$).*"));
        builder.environment().putAll(env);
        try {
            Process process = builder.start();
            watch(process);
            return new AppProcess(command.getFirst(), process, output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void watch(Process process) throws IOException {
        String script = "trap '' INT QUIT TERM HUP; read -r _; kill -9 " + process.pid();
        Process watchdog = new ProcessBuilder("sh", "-c", script)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD)
                .start();
        var _ = process.onExit().thenRun(watchdog::destroyForcibly);
    }

    public long pid() {
        return process.pid();
    }

    /// The process. Unlike with this class, sending a signal is no error if the program has already
    /// ended.
    public ProcessHandle handle() {
        return process.toHandle();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// All lines so far.
    public synchronized List<String> lines() {
        return List.copyOf(lines);
    }

    /// Waits for a line in which `regex` is found, and returns the first one.
    public String awaitLine(String regex) {
        return awaitLine("/" + regex + "/", Pattern.compile(regex).asPredicate(), PATIENCE);
    }

    /// Waits for a line that `wanted` accepts, and returns the first one.
    public String awaitLine(Predicate<String> wanted) {
        return awaitLine(wanted, PATIENCE);
    }

    /// The same with a timeout. Fails if the program ends without such a line.
    public String awaitLine(Predicate<String> wanted, Duration timeout) {
        return awaitLine("the wanted", wanted, timeout);
    }

    private synchronized String awaitLine(String what, Predicate<String> wanted, Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        for (int next = 0; ; next++) {
            while (next == lines.size()) {
                long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (ended || left <= 0) {
                    throw failure((ended ? "ended without " : "in " + timeout + " did not print ") + what + " line");
                }
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    throw interrupted(e);
                }
            }
            if (wanted.test(lines.get(next))) {
                return lines.get(next);
            }
        }
    }

    /// Waits until the program has ended, and returns its exit code: after a signal 128 plus its
    /// number.
    public int awaitExit(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
                throw failure("in " + timeout + " did not exit");
            }
            reader.join(1_000);
            return process.exitValue();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    /// Sends SIGTERM, as a service manager does.
    public void terminate() {
        signal("TERM");
    }

    /// Sends SIGINT, as Ctrl-C does.
    public void interrupt() {
        signal("INT");
    }

    /// Sends SIGHUP, which makes a daemon read its configuration again.
    public void hangUp() {
        signal("HUP");
    }

    /// Sends SIGSTOP and waits until the process has stopped. It keeps its connections and answers
    /// nothing.
    public void suspend() {
        signal("STOP");
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(5)).until(this::isStopped);
    }

    private boolean isStopped() throws IOException, InterruptedException {
        var ps = new ProcessBuilder("ps", "-o", "state=", "-p", Long.toString(pid())).start();
        try (BufferedReader state = ps.inputReader(StandardCharsets.UTF_8)) {
            return String.valueOf(state.readLine()).strip().startsWith("T");
        } finally {
            ps.waitFor();
        }
    }

    /// Sends SIGCONT, which ends [#suspend].
    public void resume() {
        signal("CONT");
    }

    /// Sends SIGKILL and waits until the process is gone.
    public void kill() {
        process.destroyForcibly();
        awaitExit(PATIENCE);
    }

    /// Kills the process and all that it started.
    @Override
    public void close() {
        var descendants = process.descendants().toList();
        kill();
        descendants.forEach(ProcessHandle::destroyForcibly);
    }

    private void signal(String signal) {
        if (!process.isAlive()) {
            throw failure("has already ended and cannot be sent SIG" + signal);
        }
        try {
            new ProcessBuilder("kill", "-" + signal, Long.toString(pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void read() {
        try (BufferedReader text = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = text.readLine(); line != null; line = text.readLine()) {
                output.accept(line);
            }
        } catch (IOException ignored) {
            // The process was killed while its output was read; the lines before that are kept.
        }
        synchronized (this) {
            ended = true;
            notifyAll();
        }
    }

    private synchronized void keep(String line) {
        lines.add(line);
        notifyAll();
    }

    /// An error that says what the program failed to do, with the end of its output.
    synchronized AssertionError failure(String what) {
        var last = lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size());
        String state = process.isAlive() ? "running" : "exit code " + process.exitValue();
        return new AssertionError("%s (pid %d, %s) %s. Its last output:%n%s"
                .formatted(name, pid(), state, what, last.isEmpty() ? "(none)" : String.join("\n", last)));
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while waiting", e);
    }
}
