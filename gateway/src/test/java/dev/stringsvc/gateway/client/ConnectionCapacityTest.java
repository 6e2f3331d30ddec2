package dev.stringsvc.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConnectionCapacityTest {
    private static final long HEAP = 256L << 20;

    private static ConnectionCapacity of(Optional<Integer> configured, boolean tls, long descriptors) {
        return ConnectionCapacity.of(configured, tls, new ConnectionCapacity.Resources(descriptors, HEAP));
    }

    @Test
    void is_three_quarters_of_the_descriptors_beside_those_of_the_admin_port() {
        ConnectionCapacity capacity = of(Optional.empty(), false, 464);
        assertThat(capacity.most()).isEqualTo(300);
        assertThat(capacity.why()).isEqualTo("three quarters of the 464 file descriptors that are left");
    }

    @Test
    void is_no_more_than_an_eighth_of_the_heap_carries() {
        assertThat(of(Optional.empty(), false, 20_000))
                .isEqualTo(new ConnectionCapacity(4_096, "an eighth of the heap of 256 MiB, at 8 KiB each"));
        assertThat(of(Optional.empty(), true, 20_000))
                .isEqualTo(new ConnectionCapacity(2_048, "an eighth of the heap of 256 MiB, at 16 KiB each"));
    }

    @Test
    void is_never_so_few_that_nobody_is_served() {
        assertThat(of(Optional.empty(), false, 10).most()).isEqualTo(16);
    }

    @Test
    void what_is_configured_holds_and_says_where_instances_may_have_no_room() {
        assertThat(of(Optional.of(100), false, 464)).isEqualTo(new ConnectionCapacity(100, "as configured"));
        assertThat(of(Optional.of(400), false, 464).why())
                .contains("as configured, which is more than three quarters of the 464 file descriptors");
    }
}
