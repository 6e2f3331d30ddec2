package dev.stringsvc.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void gives_no_port_twice() {
        // drawn at random alone, a thousand of twenty thousand hold two dozen pairs
        assertThat(IntStream.range(0, 1_000).map(_ -> Ports.free())).doesNotHaveDuplicates();
    }
}
