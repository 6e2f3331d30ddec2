package dev.stringsvc.gateway.transport.h2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ReceiveWindowTest {
    private static final int FIRST = ReceiveWindow.FIRST;

    @Test
    void grows_to_its_largest_while_the_client_keeps_up() {
        var budget = new WindowBudget(1_000_000);
        var window = new ReceiveWindow(budget);
        int granted = FIRST;
        for (int taken = 0; taken < 2_000_000; taken += 1_000) {
            granted += window.taken(1_000, true) - 1_000;
        }
        assertThat(window.size()).isEqualTo(ReceiveWindow.LARGEST);
        assertThat(granted).isBetween(ReceiveWindow.LARGEST / 2, ReceiveWindow.LARGEST);
        assertThat(budget.room()).isEqualTo(1_000_000 - (ReceiveWindow.LARGEST - FIRST));
    }

    @Test
    void stays_where_the_client_does_not_keep_up() {
        var window = new ReceiveWindow(new WindowBudget(1_000_000));
        assertThat(window.taken(FIRST / 2 - 1, false)).isZero();
        assertThat(window.taken(1, false)).isEqualTo(FIRST / 2);
        assertThat(window.size()).isEqualTo(FIRST);
    }

    @Test
    void stays_where_the_purse_is_empty() {
        var window = new ReceiveWindow(new WindowBudget(FIRST - 1));
        assertThat(window.taken(FIRST, true)).isEqualTo(FIRST);
        assertThat(window.size()).isEqualTo(FIRST);
    }

    @Test
    void gives_back_once_what_it_took() {
        var budget = new WindowBudget(100_000);
        var window = new ReceiveWindow(budget);
        window.taken(FIRST, true);
        assertThat(budget.room()).isEqualTo(100_000 - FIRST);
        window.close();
        window.close();
        assertThat(budget.room()).isEqualTo(100_000);
        assertThat(window.taken(FIRST, true)).isZero();
        assertThat(budget.room()).isEqualTo(100_000);
    }
}
