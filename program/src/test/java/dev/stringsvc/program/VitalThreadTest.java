package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VitalThreadTest {
    private record Ending(String reason, Throwable cause) {}

    private final LinkedBlockingQueue<Ending> endings = new LinkedBlockingQueue<>();
    private FailStop.Handler before = (reason, cause) -> {};

    @BeforeEach
    void observe() {
        before = FailStop.use((reason, cause) -> endings.add(new Ending(reason, cause)));
    }

    @AfterEach
    void restore() {
        FailStop.use(before);
    }

    @Test
    void ends_the_process_when_its_code_throws() throws Exception {
        var failure = new IllegalStateException("on purpose");
        Thread thread = VitalThread.platform("looker", () -> false, () -> {
            throw failure;
        });
        thread.setUncaughtExceptionHandler((t, e) -> {});
        thread.start();
        assertThat(endings.poll(8, TimeUnit.SECONDS)).isEqualTo(new Ending("thread looker has failed", failure));
    }

    @Test
    void ends_the_process_when_its_code_returns_too_early() throws Exception {
        VitalThread.virtual("looker", () -> false, () -> {}).start();
        Ending ending = endings.poll(8, TimeUnit.SECONDS);
        assertThat(ending).isNotNull();
        assertThat(ending.reason()).isEqualTo("thread looker has ended");
    }

    @Test
    void ends_nothing_when_it_was_told_to_return() throws Exception {
        var closed = new CountDownLatch(1);
        Thread thread = VitalThread.platform("looker", () -> closed.getCount() == 0, () -> {
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.start();
        closed.countDown();
        thread.join();
        assertThat(endings).isEmpty();
    }

    @Test
    void task_of_an_executor_that_throws_ends_the_process() {
        Runnable task = VitalThread.task("writer", () -> {
            throw new AssertionError("on purpose");
        });
        assertThatThrownBy(task::run).isInstanceOf(AssertionError.class);
        assertThat(endings).extracting(Ending::reason).containsExactly("thread writer has failed");
    }

    @Test
    void what_fails_one_request_does_not_end_the_process() {
        assertThat(FailStop.isFatal(new StackOverflowError())).isFalse();
        assertThat(FailStop.isFatal(new AssertionError())).isFalse();
        assertThat(FailStop.isFatal(new OutOfMemoryError("Cannot reserve 65536 bytes of direct buffer memory")))
                .isFalse();
        assertThat(FailStop.isFatal(new OutOfMemoryError("Requested array size exceeds VM limit")))
                .isFalse();
    }

    @Test
    void a_fatal_cause_ends_the_process_however_deeply_it_is_wrapped() {
        assertThat(FailStop.isFatal(new OutOfMemoryError("Java heap space"))).isTrue();
        assertThat(FailStop.isFatal(new InternalError())).isTrue();
        assertThat(FailStop.isFatal(new NoClassDefFoundError("Could not initialize class sun.nio.ch.Poller")))
                .isTrue();
        assertThat(FailStop.isFatal(new ExecutionException(new IllegalStateException(new NoClassDefFoundError()))))
                .isTrue();
    }

    @Test
    void a_cycle_of_causes_is_not_an_endless_loop() {
        var first = new IllegalStateException("first");
        first.initCause(new IllegalStateException("second", first));
        assertThat(FailStop.isFatal(first)).isFalse();
    }
}
