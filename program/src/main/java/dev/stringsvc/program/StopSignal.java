package dev.stringsvc.program;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntConsumer;

/// Handles SIGTERM and SIGINT: the first asks for an orderly stop, the second ends the process at once.
/// A shutdown hook would see the first signal only.
public final class StopSignal {
    private static final int SIGNALLED = 128;

    private final CountDownLatch received = new CountDownLatch(1);
    private final AtomicReference<String> first = new AtomicReference<>("");
    private final Runnable beforeHalt;

    private StopSignal(Runnable beforeHalt) {
        this.beforeHalt = beforeHalt;
    }

    /// Handles both signals instead of the JVM.
    ///
    /// @param beforeHalt runs before a second signal ends the process
    public static StopSignal install(Runnable beforeHalt) {
        var stop = new StopSignal(beforeHalt);
        handle("TERM", number -> stop.on("SIGTERM", number));
        handle("INT", number -> stop.on("SIGINT", number));
        return stop;
    }

    /// Runs `action` at each SIGHUP. Without it, SIGHUP ends the process.
    public static void onHangUp(Runnable action) {
        handle("HUP", number -> action.run());
    }

    /// Waits for the first signal and returns its name, such as `SIGTERM`.
    public String await() throws InterruptedException {
        received.await();
        return first.get();
    }

    private void on(String name, int number) {
        if (!first.compareAndSet("", name)) {
            beforeHalt.run();
            Runtime.getRuntime().halt(SIGNALLED + number);
        }
        received.countDown();
    }

    /// Uses reflection: naming `sun.misc.Signal` causes a compiler warning that cannot be suppressed.
    private static void handle(String name, IntConsumer action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    StopSignal.class.getClassLoader(), new Class<?>[] {handler}, (self, method, args) -> {
                        action.accept((int) signal.getMethod("getNumber").invoke(args[0]));
                        return null;
                    });
            var _ = signal.getMethod("handle", signal, handler)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM does not let a program handle signals", e);
        }
    }
}
