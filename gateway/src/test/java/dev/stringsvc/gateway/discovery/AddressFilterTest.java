package dev.stringsvc.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.program.HostPort;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class AddressFilterTest {
    private static final Instance GOOD = Instance.of("good", "10.0.0.1", 80);

    /// Reports the instances that it is given.
    private record Source(List<DiscoveryEvent> events) implements Instancer {
        @Override
        public void watch(Consumer<DiscoveryEvent> listener) {
            events.forEach(listener);
        }

        @Override
        public void close() {}
    }

    @Test
    void one_refused_instance_does_not_keep_the_others_out() {
        List<Instance> listed =
                List.of(Instance.of("bad", "169.254.169.254", 80), GOOD, Instance.of("v6", "2001:DB8::1", 80));
        List<Instance> allowed = List.of(GOOD, Instance.of("v6", "2001:db8::1", 80));
        var failure = new DiscoveryEvent.Failure("away");
        var source = new Source(List.of(
                new DiscoveryEvent.Remembered(listed, Instant.EPOCH), new DiscoveryEvent.Snapshot(listed, 7), failure));
        List<DiscoveryEvent> heard = new ArrayList<>();
        RegistryAddress registry = RegistryAddress.consul(new HostPort("192.0.2.5", 8500));
        var policy = new AddressPolicy(List.of(), new ReservedPorts(List.of(registry)), registry);
        try (var instancer = new AddressFilter("svc", source, policy)) {
            instancer.watch(heard::add);
        }
        assertThat(heard)
                .containsExactly(
                        new DiscoveryEvent.Remembered(allowed, Instant.EPOCH),
                        new DiscoveryEvent.Snapshot(allowed, 7),
                        failure);
    }
}
