package dev.stringsvc.gateway.discovery.lastgood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Failure;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Remembered;
import dev.stringsvc.gateway.discovery.DiscoveryEvent.Snapshot;
import dev.stringsvc.gateway.discovery.FixedInstancer;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Instancer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the file keeps, for how long it is used, and when it is written. Each `LastGood` is one run of a
/// gateway.
class LastGoodTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");
    private static final Duration AGE = Duration.ofMinutes(10);

    @TempDir
    Path folder;

    private Instant now = START;

    private Path path() {
        return folder.resolve("last-good.json");
    }

    private LastGood run() {
        return new LastGood(path(), AGE, () -> now);
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private static List<Instance> instances(int... numbers) {
        return IntStream.of(numbers)
                .mapToObj(n -> new Instance("i" + n, "10.0.0." + n, n, List.of("t"), Map.of("version", "1"), n))
                .toList();
    }

    /// The saved instances that a gateway gets if it starts now.
    private List<Instance> recalled(String... tags) {
        return run().recall("web", List.of(tags)).map(Known::instances).orElse(List.of());
    }

    private boolean writes(LastGood run) throws IOException {
        Files.deleteIfExists(path());
        run.writeIfDue();
        return Files.exists(path());
    }

    @Test
    void a_later_run_knows_each_service_as_it_was_and_when() {
        var run = run();
        run.keep("web", List.of("blue"), instances(1, 2));
        pass(Duration.ofSeconds(1));
        run.keep("other", List.of(), instances(3));
        run.writeIfDue();
        pass(Duration.ofMinutes(5));
        assertThat(run().recall("web", List.of("blue"))).contains(new Known(List.of("blue"), START, instances(1, 2)));
        assertThat(run().recall("other", List.of())).contains(new Known(List.of(), START.plusSeconds(1), instances(3)));
        assertThat(run().recall("unknown", List.of())).isEmpty();
    }

    @Test
    void what_is_too_old_or_of_the_future_or_of_other_tags_is_not_believed() {
        var run = run();
        run.keep("web", List.of("blue", "v2"), instances(1));
        run.writeIfDue();
        assertThat(recalled("v2", "blue")).isEqualTo(instances(1));
        assertThat(recalled()).isEmpty();
        assertThat(recalled("blue")).isEmpty();
        now = START.plus(AGE);
        assertThat(recalled("blue", "v2")).isEqualTo(instances(1));
        now = START.plus(AGE).plusMillis(1);
        assertThat(recalled("blue", "v2")).isEmpty();
        now = START.minusMillis(1);
        assertThat(recalled("blue", "v2")).isEmpty();
    }

    @Test
    void a_change_is_written_at_once_and_a_confirmation_when_the_file_lags_behind() throws Exception {
        var run = run();
        assertThat(writes(run)).isFalse();
        run.keep("web", List.of(), instances(1));
        assertThat(writes(run)).isTrue();
        assertThat(writes(run)).isFalse();
        pass(LastGood.REFRESH.minusMillis(1));
        run.keep("web", List.of(), instances(1));
        assertThat(writes(run)).isFalse();
        pass(Duration.ofMillis(1));
        assertThat(writes(run)).isTrue();
        run.keep("web", List.of(), instances(2, 1));
        assertThat(writes(run)).isTrue();
        assertThat(writes(run)).isFalse();
    }

    @Test
    void a_file_from_before_there_were_weights_is_read() throws Exception {
        Files.writeString(path(), """
                {"version": 1,
                 "services": {"web": {"tags": [], "confirmedAt": "2026-01-02T03:04:00Z",
                   "instances": [{"id": "i1", "host": "10.0.0.1", "port": 1, "tags": [], "meta": {}}]}}}""");
        assertThat(recalled()).containsExactly(Instance.of("i1", "10.0.0.1", 1));
    }

    @Test
    void a_later_run_knows_who_had_what_first() throws Exception {
        var has = new Owner("web", "/web", START, Optional.empty());
        var had = new Owner("old", "/old", START, Optional.of(START.plusSeconds(1)));
        var run = run();
        run.keepOwners(List.of(has, had));
        assertThat(writes(run)).isTrue();
        run.keepOwners(List.of(has, had));
        assertThat(writes(run)).isFalse();
        run.keepOwners(List.of(had, has));
        assertThat(writes(run)).isTrue();
        pass(AGE.multipliedBy(100));
        assertThat(run().owners()).containsExactly(had, has);
    }

    @Test
    void another_weight_is_a_change() throws Exception {
        var run = run();
        run.keep("web", List.of(), List.of(new Instance("i", "h", 1, List.of(), Map.of(), 1)));
        assertThat(writes(run)).isTrue();
        run.keep("web", List.of(), List.of(new Instance("i", "h", 1, List.of(), Map.of(), 2)));
        assertThat(writes(run)).isTrue();
        assertThat(recalled()).extracting(Instance::weight).containsExactly(2);
    }

    @Test
    void a_change_reaches_the_file_while_the_gateway_runs() {
        try (var run = LastGood.open(path(), AGE, () -> now)) {
            run.keep("web", List.of(), instances(1));
            await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(path()));
            assertThat(recalled()).isEqualTo(instances(1));
        }
    }

    @Test
    void closing_writes_what_is_not_written_yet() {
        try (var run = LastGood.open(path(), AGE, () -> now)) {
            run.keep("web", List.of(), instances(1));
        }
        assertThat(recalled()).isEqualTo(instances(1));
    }

    @Test
    void a_run_in_which_the_source_never_answered_leaves_the_file_alone() throws Exception {
        var run = run();
        run.keep("web", List.of(), instances(1));
        run.writeIfDue();
        byte[] before = Files.readAllBytes(path());
        pass(Duration.ofMinutes(5));
        try (var again = LastGood.open(path(), AGE, () -> now)) {
            assertThat(again.recall("web", List.of())).isPresent();
        }
        assertThat(path()).hasBinaryContent(before);
    }

    @Test
    void a_service_without_instances_is_not_remembered() {
        var run = run();
        for (int[] step : new int[][] {{1, 2, 3}, {2}, {}}) {
            run.keep("web", List.of(), instances(step));
            run.writeIfDue();
            assertThat(recalled()).isEqualTo(instances(step));
        }
    }

    @Test
    void what_is_kept_is_what_is_in_use_after_an_answer_and_not_the_answer() {
        var run = run();
        run.over(new FixedInstancer(List.of()), "web", List.of())
                .watch(_ -> run.keep("web", List.of(), instances(1, 2)));
        run.writeIfDue();
        assertThat(recalled()).isEqualTo(instances(1, 2));
    }

    @Test
    void what_is_too_old_is_not_written_again() throws Exception {
        var run = run();
        run.keep("gone", List.of(), instances(1));
        pass(AGE.plusSeconds(1));
        run.keep("web", List.of(), instances(2));
        run.writeIfDue();
        assertThat(path()).content().contains("web").doesNotContain("gone");
    }

    private List<DiscoveryEvent> watch(LastGood run, Instancer source) {
        List<DiscoveryEvent> events = new ArrayList<>();
        run.over(source, "web", List.of()).watch(event -> {
            events.add(event);
            if (event instanceof Snapshot snapshot) {
                run.keep("web", List.of(), snapshot.instances());
            }
        });
        return events;
    }

    @Test
    void a_watch_begins_with_what_is_remembered_and_keeps_what_its_source_says() {
        var run = run();
        assertThat(watch(run, new FixedInstancer(instances(1)))).containsExactly(new Snapshot(instances(1), 0));
        run.writeIfDue();
        pass(Duration.ofMinutes(1));
        assertThat(watch(run(), new Refusing()))
                .containsExactly(new Remembered(instances(1), START), new Failure("away"));
        assertThat(watch(run(), new FixedInstancer(instances(1, 2))))
                .containsExactly(new Remembered(instances(1), START), new Snapshot(instances(1, 2), 0));
        pass(AGE);
        assertThat(watch(run(), new Refusing())).containsExactly(new Failure("away"));
    }

    private static final class Refusing implements Instancer {
        @Override
        public void watch(Consumer<DiscoveryEvent> listener) {
            listener.accept(new Failure("away"));
        }

        @Override
        public void close() {}
    }
}
