package dev.stringsvc.service;

import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

/// Waits for SIGTERM or SIGINT; a second one ends the process at once with the shell's exit code for it (143, 130).
///
/// A shutdown hook would not do: it can't see a second signal. `sun.misc.Signal` is reached by reflection since the
/// compiler warns of it and offers no way to say that it is meant.
final class StopSignal {
    private static final Map<String, Integer> SIGNALS = Map.of("TERM", 15, "INT", 2);

    private final CountDownLatch received = new CountDownLatch(1);
    private final AtomicReference<String> first = new AtomicReference<>("");

    private final Runnable beforeHalt;

    private StopSignal(Runnable beforeHalt) {
        this.beforeHalt = beforeHalt;
    }

    /// From here on both signals are this object's.
    ///
    /// @param beforeHalt what must still be done when a second signal ends the process
    static StopSignal install(Runnable beforeHalt) {
        var stop = new StopSignal(beforeHalt);
        SIGNALS.forEach((name, number) -> handle(name, () -> stop.on(name, number)));
        return stop;
    }

    /// Returns the name of the first signal once it comes.
    String await() throws InterruptedException {
        received.await();
        return "SIG" + first.get();
    }

    private void on(String name, int number) {
        if (!first.compareAndSet("", name)) {
            beforeHalt.run();
            Runtime.getRuntime().halt(128 + number);
        }
        received.countDown();
    }

    private static void handle(String name, Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy =
                    Proxy.newProxyInstance(handler.getClassLoader(), new Class<?>[] {handler}, (self, m, args) -> {
                        action.run();
                        return null;
                    });
            signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no signals", e);
        }
    }
}
