package dev.stringsvc.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PortsTest {
    @Test
    void gives_no_port_twice() {
        // without the memory of given ports, 1,000 random ones of 20,000 would have about 25 pairs
        assertThat(IntStream.range(0, 1_000).map(_ -> Ports.free())).doesNotHaveDuplicates();
    }
}
