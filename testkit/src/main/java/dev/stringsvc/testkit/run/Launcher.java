package dev.stringsvc.testkit.run;

import dev.stringsvc.program.StopSignal;
import dev.stringsvc.testkit.AppProcess;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

/// Starts the registry and the programs of a plan, says when all are ready, and stops them in reverse order.
///
/// SIGINT, SIGTERM and SIGHUP start the stop. A second SIGINT or SIGTERM kills the programs that still
/// run. However the launcher ends, [AppProcess] kills its programs.
final class Launcher {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(100);

    /// How long a program may take to stop. The gateway needs most: 3 s until callers know, then up to
    /// 35 s for the last requests of routes with the default deadline (8 s for the string service).
    private static final Duration GRACE = Duration.ofSeconds(40);

    private final Console console;
    private final Map<String, String> environment;
    private final List<Running> registry = new CopyOnWriteArrayList<>();
    private final List<Running> services = new CopyOnWriteArrayList<>();
    private final List<Running> gateway = new CopyOnWriteArrayList<>();
    private final AtomicBoolean stopping = new AtomicBoolean();
    private final long begin = System.nanoTime();
    private Optional<Registry.Started> started = Optional.empty();

    /// @param environment the environment variables of all programs
    Launcher(Console console, Map<String, String> environment) {
        this.console = console;
        this.environment = new HashMap<>(environment);
    }

    /// Runs the plan until a signal arrives. When this returns or throws, all programs have stopped.
    ///
    /// @throws RunFailure if a program does not start, or all have ended
    void run(Plan plan) {
        stopOnSignal(Thread.currentThread());
        try {
            start(plan);
            awaitReady(plan);
            console.print(welcome(plan));
            CompletableFuture.allOf(ends()).get();
            throw new RunFailure("all programs have ended");
        } catch (InterruptedException | ExecutionException | RuntimeException | AssertionError e) {
            // after a signal the cause is the interrupt, or an exception in which a library wrapped it
            boolean asked = stopping.getAndSet(true);
            var _ = Thread.interrupted();
            if (asked) {
                console.print("");
                console.say("stopping (Ctrl-C again to kill)");
            }
            List.of(gateway, services, registry).forEach(this::stop);
            started.ifPresent(one -> one.cleanUp().run());
            if (!asked) {
                throw e instanceof RunFailure failure ? failure : new RunFailure(String.valueOf(e));
            }
        }
    }

    private void stopOnSignal(Thread runner) {
        Runnable askOnce = () -> {
            if (stopping.compareAndSet(false, true)) {
                runner.interrupt();
            }
        };
        StopSignal.onHangUp(askOnce);
        var signal = StopSignal.install(
                () -> List.of(gateway, services, registry).forEach(group -> group.forEach(Running::kill)));
        Thread.ofVirtual().start(() -> {
            try {
                signal.await();
                askOnce.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void start(Plan plan) {
        plan.registry().ifPresent(this::start);
        plan.services().forEach(service -> start(service.program(), services));
        start(plan.gateway(), gateway);
    }

    private void start(Registry kind) {
        var one = kind.start(environment, console.of(kind.name()));
        started = Optional.of(one);
        registry.add(one.program());
        console.say("%s: pid %d, %s".formatted(kind.name(), one.program().pid(), one.url()));
        try {
            one.ready().run();
        } catch (AssertionError e) {
            throw new RunFailure(
                    one.program().end().isDone()
                            ? kind.name() + " ended before it was ready; its last lines are above"
                            : kind.name() + " is not ready after 30 s");
        }
    }

    private void start(Program program, List<Running> group) {
        var output = console.of(program.name());
        var process = AppProcess.start(program.command(), environment, output);
        group.add(new Running(program.name(), process, 0, output));
        console.say("%s: pid %d, http://127.0.0.1:%d".formatted(program.name(), process.pid(), program.port()));
    }

    private CompletableFuture<?>[] ends() {
        return List.of(registry, services, gateway).stream()
                .flatMap(List::stream)
                .map(Running::end)
                .toArray(CompletableFuture<?>[]::new);
    }

    private void awaitReady(Plan plan) throws InterruptedException, ExecutionException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        var anEnd = CompletableFuture.anyOf(ends());
        for (var missing = missing(plan); missing.isPresent(); missing = missing(plan)) {
            if (System.nanoTime() - deadline > 0) {
                throw new RunFailure(
                        "not ready after %d s: %s is missing".formatted(PATIENCE.toSeconds(), missing.get()));
            }
            try {
                anEnd.get(POLL.toMillis(), TimeUnit.MILLISECONDS);
                throw new RunFailure(ended() + " ended before all was ready; its last lines are above");
            } catch (TimeoutException allRun) {
                // not yet: ask again
            }
        }
    }

    private String ended() {
        return List.of(registry, services, gateway).stream()
                .flatMap(List::stream)
                .filter(program -> program.end().isDone())
                .findFirst()
                .orElseThrow()
                .name();
    }

    private static Optional<String> missing(Plan plan) {
        if (Http.get(plan.adminPort(), "/readyz").isEmpty()) {
            return Optional.of("the gateway's /readyz");
        }
        String upstreams = Http.get(plan.adminPort(), "/upstreams").orElse("").replace(" ", "");
        return plan.services().stream()
                .filter(service -> !upstreams.contains(service.listed()))
                .findFirst()
                .map(service -> service.program().name() + " in the gateway's /upstreams")
                .or(() -> plan.probe()
                        .filter(path -> Http.get(plan.gateway().port(), path).isEmpty())
                        .map(path -> "the answer to GET " + path));
    }

    private String welcome(Plan plan) {
        long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
        var text = new StringBuilder("%nrun: ready in %d s. Try, in another terminal:%n%n".formatted(seconds));
        plan.toTry().forEach(command -> text.append("    %s%n".formatted(command)));
        var first = services.getFirst();
        text.append("    kill -9 %d    # %s is gone; the gateway goes on%n%n".formatted(first.pid(), first.name()));
        started.flatMap(one -> one.ui().get()).ifPresent(ui -> text.append("Consul's UI: %s. ".formatted(ui)));
        return text + "Ctrl-C stops everything.\n";
    }

    /// Sends SIGTERM and waits until all have ended. Kills those that take too long.
    private void stop(List<Running> group) {
        group.forEach(Running::terminate);
        var end = CompletableFuture.allOf(group.stream().map(Running::end).toArray(CompletableFuture<?>[]::new));
        try {
            end.orTimeout(GRACE.toMillis(), TimeUnit.MILLISECONDS).join();
        } catch (CompletionException e) {
            console.say("killing the programs that did not stop in  " + GRACE.toSeconds() + " s");
            group.forEach(Running::kill);
            group.forEach(program -> program.end().join());
        }
    }
}
