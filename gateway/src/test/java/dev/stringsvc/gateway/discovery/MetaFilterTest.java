package dev.stringsvc.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MetaFilterTest {
    private static final Instance BLUE = new Instance("blue", "h", 1, List.of(), Map.of("zone", "a", "v", "2"));
    private static final Instance GREEN = new Instance("green", "h", 2, List.of(), Map.of("zone", "b"));

    private static List<DiscoveryEvent> heard(DiscoveryEvent event) {
        List<DiscoveryEvent> heard = new ArrayList<>();
        try (var filtered = new MetaFilter(
                new Instancer() {
                    @Override
                    public void watch(java.util.function.Consumer<DiscoveryEvent> listener) {
                        listener.accept(event);
                    }

                    @Override
                    public void close() {}
                },
                Map.of("zone", "a"))) {
            filtered.watch(heard::add);
        }
        return heard;
    }

    @Test
    void only_instances_with_all_of_the_meta_are_named() {
        assertThat(heard(new DiscoveryEvent.Snapshot(List.of(BLUE, GREEN), 7)))
                .containsExactly(new DiscoveryEvent.Snapshot(List.of(BLUE), 7));
        assertThat(heard(new DiscoveryEvent.Remembered(List.of(GREEN, BLUE), Instant.EPOCH)))
                .containsExactly(new DiscoveryEvent.Remembered(List.of(BLUE), Instant.EPOCH));
    }

    @Test
    void failures_pass() {
        assertThat(heard(new DiscoveryEvent.Failure("gone"))).containsExactly(new DiscoveryEvent.Failure("gone"));
    }
}
