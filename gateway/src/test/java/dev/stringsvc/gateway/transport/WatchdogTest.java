package dev.stringsvc.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.program.FailStop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class WatchdogTest {
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Duration LONG = Duration.ofMinutes(1);

    private final Watchdog watchdog = Watchdog.start();
    private final CountDownLatch expired = new CountDownLatch(1);

    @AfterEach
    void close() {
        watchdog.close();
    }

    private boolean expiresSoon() throws InterruptedException {
        return expired.await(8, TimeUnit.SECONDS);
    }

    private boolean expiresAtOnce() throws InterruptedException {
        return expired.await(SHORT.toMillis() * 2, TimeUnit.MILLISECONDS);
    }

    @Test
    void expires_after_the_timeout_and_not_before() throws InterruptedException {
        long start = System.nanoTime();
        Watchdog.Watch watch = watchdog.watch(SHORT, () -> false, expired::countDown);
        assertThat(expiresSoon()).isTrue();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
        assertThat(watch.expired()).isTrue();
    }

    @Test
    void does_not_expire_when_cancelled() throws InterruptedException {
        Watchdog.Watch watch = watchdog.watch(SHORT, () -> false, expired::countDown);
        watch.cancel();
        assertThat(expiresAtOnce()).isFalse();
        assertThat(watch.expired()).isFalse();
    }

    @Test
    void does_not_expire_while_paused_and_does_when_started_anew() throws InterruptedException {
        Watchdog.Watch watch = watchdog.watch(SHORT, () -> false, expired::countDown);
        watch.pause();
        assertThat(expiresAtOnce()).isFalse();
        watch.expireAfter(SHORT);
        assertThat(expiresSoon()).isTrue();
    }

    @Test
    void starting_anew_puts_the_end_off() throws InterruptedException {
        Watchdog.Watch watch = watchdog.watch(SHORT, () -> false, expired::countDown);
        watch.expireAfter(LONG);
        assertThat(expiresAtOnce()).isFalse();
        watch.cancel();
    }

    @Test
    void wakes_up_after_a_long_time_without_anything_to_watch() throws InterruptedException {
        assertThat(new CountDownLatch(1).await(1_500, TimeUnit.MILLISECONDS))
                .isFalse(); // longer than the idle watchdog stays awake
        Watchdog.Watch watch = watchdog.watch(SHORT, () -> false, expired::countDown);
        assertThat(expiresSoon()).isTrue();
        assertThat(watch.expired()).isTrue();
    }

    @Test
    void action_that_fails_does_not_end_the_watch_over_others() throws InterruptedException {
        Watchdog.Watch failing = watchdog.watch(SHORT, () -> false, () -> {
            throw new IllegalStateException("on purpose");
        });
        Watchdog.Watch other = watchdog.watch(SHORT.multipliedBy(3), () -> false, expired::countDown);
        assertThat(expiresSoon()).isTrue();
        assertThat(failing.expired()).isTrue();
        assertThat(other.expired()).isTrue();
    }

    @Test
    void ends_what_nobody_waits_for_although_it_is_paused() throws InterruptedException {
        var nobodyWaits = new AtomicBoolean();
        Watchdog.Watch watch = watchdog.watch(LONG, nobodyWaits::get, expired::countDown);
        watch.pause();
        assertThat(expiresAtOnce()).isFalse();
        nobodyWaits.set(true);
        assertThat(expiresSoon()).isTrue();
        assertThat(watch.abandoned()).isTrue();
        assertThat(watch.expired()).isFalse();
    }

    @Test
    void question_that_fails_does_not_end_the_watch_over_others() throws InterruptedException {
        Watchdog.Watch failing = watchdog.watch(
                LONG,
                () -> {
                    throw new IllegalStateException("on purpose");
                },
                () -> {});
        watchdog.watch(SHORT, () -> false, expired::countDown);
        assertThat(expiresSoon()).isTrue();
        assertThat(failing.abandoned()).isFalse();
        failing.cancel();
    }

    @Test
    void closing_ends_what_is_still_watched() throws InterruptedException {
        Watchdog.Watch watch = watchdog.watch(LONG, () -> false, expired::countDown);
        watch.pause();
        watchdog.close();
        assertThat(expiresSoon()).isTrue();
        assertThat(watchdog.watch(LONG, () -> false, () -> {}).expired()).isTrue();
    }

    @Test
    void thousands_expire_each_once() throws InterruptedException {
        var all = new CountDownLatch(5_000);
        List<Watchdog.Watch> watches = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            watches.add(watchdog.watch(SHORT, () -> false, all::countDown));
        }
        assertThat(all.await(8, TimeUnit.SECONDS)).isTrue();
        assertThat(watches).allMatch(Watchdog.Watch::expired);
    }

    @Test
    void a_class_that_cannot_be_used_any_more_ends_the_process() throws InterruptedException {
        var endings = new LinkedBlockingQueue<Throwable>();
        FailStop.Handler before = FailStop.use((reason, cause) -> endings.add(cause));
        try {
            var failure = new NoClassDefFoundError("Could not initialize class sun.nio.ch.Poller");
            watchdog.watch(Duration.ZERO, () -> false, () -> {
                throw failure;
            });
            assertThat(endings.poll(8, TimeUnit.SECONDS)).isSameAs(failure);
        } finally {
            FailStop.use(before);
        }
    }
}
