package dev.stringsvc.gateway.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RetryBudgetTest {
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicInteger held = new AtomicInteger();
    private final RetryBudget budget = new RetryBudget(0.2, 10, held::get, nanos::get);

    private long withdrawn(int tries) {
        return IntStream.range(0, tries).filter(i -> budget.withdraw()).count();
    }

    @Test
    void begins_full_so_that_the_loss_of_an_instance_is_carried_at_once() {
        assertThat(withdrawn(1_000)).isEqualTo(RetryBudget.LEAST);
    }

    @Test
    void every_request_that_a_service_holds_may_be_retried_once() {
        held.set(700);
        assertThat(withdrawn(2_000)).isEqualTo(700);
    }

    @Test
    void a_service_that_comes_to_hold_more_may_retry_the_difference_only() {
        withdrawn(1_000);
        held.set(150);
        assertThat(withdrawn(1_000)).isEqualTo(150 - RetryBudget.LEAST);
        held.set(0);
        assertThat(withdrawn(1_000)).isZero();
        held.set(150);
        assertThat(withdrawn(1_000)).isZero();
    }

    @Test
    void over_time_a_fifth_of_the_requests_may_be_retried() {
        withdrawn(1_000);
        for (int i = 0; i < 100; i++) {
            budget.deposit();
        }
        assertThat(withdrawn(1_000)).isEqualTo(20);
    }

    @Test
    void the_floor_comes_back_with_time() {
        withdrawn(1_000);
        nanos.addAndGet(Duration.ofMillis(500).toNanos());
        assertThat(withdrawn(1_000)).isEqualTo(5);
    }

    @Test
    void many_small_steps_of_time_earn_as_much_as_one_large() {
        withdrawn(1_000);
        long granted = 0;
        for (int i = 0; i < 10_000; i++) {
            nanos.addAndGet(Duration.ofNanos(100_300).toNanos());
            granted += withdrawn(1);
        }
        assertThat(granted).isBetween(9L, 11L);
    }

    @Test
    void saves_no_more_than_the_least() {
        nanos.addAndGet(Duration.ofDays(400).toNanos());
        for (int i = 0; i < 100_000; i++) {
            budget.deposit();
        }
        assertThat(withdrawn(1_000)).isEqualTo(RetryBudget.LEAST);
    }

    @Test
    void parallel_withdrawals_never_take_more_than_there_is() {
        var granted = new LongAdder();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 50; t++) {
                threads.execute(() -> granted.add(withdrawn(50)));
            }
        }
        assertThat(granted.sum()).isEqualTo(RetryBudget.LEAST);
    }

    @Test
    void budget_of_copies_without_a_ratio_is_none() {
        RetryBudget none = RetryBudget.ofHedges(0, held::get, nanos::get);
        none.deposit();
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        assertThat(none.withdraw()).isFalse();
    }

    @Test
    void budget_of_copies_carries_two_hundred_at_once_and_one_a_second() {
        RetryBudget copies = RetryBudget.ofHedges(0.1, held::get, nanos::get);
        int granted = 0;
        while (copies.withdraw()) {
            granted++;
        }
        assertThat(granted).isEqualTo(200);
        nanos.addAndGet(Duration.ofSeconds(1).toNanos());
        assertThat(copies.withdraw()).isTrue();
        assertThat(copies.withdraw()).isFalse();
    }
}
