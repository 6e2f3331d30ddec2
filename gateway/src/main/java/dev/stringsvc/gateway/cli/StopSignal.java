package dev.stringsvc.gateway.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// SIGTERM and SIGINT: the first asks for an orderly stop, the second ends the process at once, with 128 plus its
/// number.
///
/// A shutdown hook hears of the first only. `sun.misc.Signal` hears of both; it is reached by reflection because naming
/// it is a compiler warning that nothing can suppress.
public final class StopSignal {
    private static final int SIGNALLED = 128;

    private final CountDownLatch first = new CountDownLatch(1);
    private final AtomicBoolean asked = new AtomicBoolean();
    private final Runnable beforeHalt;

    private StopSignal(Runnable beforeHalt) {
        this.beforeHalt = beforeHalt;
    }

    /// @param beforeHalt what must still be done when a second signal ends the process
    public static StopSignal install(Runnable beforeHalt) {
        var stop = new StopSignal(beforeHalt);
        handle("TERM", stop::received);
        handle("INT", stop::received);
        return stop;
    }

    /// Has SIGHUP do something else than end the process.
    public static void onHangUp(Runnable action) {
        handle("HUP", number -> action.run());
    }

    private static void handle(String name, IntConsumer action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object received = Proxy.newProxyInstance(
                    StopSignal.class.getClassLoader(), new Class<?>[] {handler}, (proxy, method, args) -> {
                        action.accept((int) signal.getMethod("getNumber").invoke(args[0]));
                        return null;
                    });
            Object named = signal.getConstructor(String.class).newInstance(name);
            @Nullable
            Object ignored = signal.getMethod("handle", signal, handler).invoke(null, named, received);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this JVM does not let a program handle signals", e);
        }
    }

    private void received(int number) {
        if (asked.compareAndSet(false, true)) {
            first.countDown();
        } else {
            beforeHalt.run();
            Runtime.getRuntime().halt(SIGNALLED + number);
        }
    }

    /// Waits for the first.
    public void await() throws InterruptedException {
        first.await();
    }
}
