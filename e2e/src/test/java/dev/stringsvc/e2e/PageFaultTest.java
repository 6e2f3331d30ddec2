package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.stringsvc.testkit.Chromium;
import dev.stringsvc.testkit.Health;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// How soon the live page tells what happens to an instance.
@Isolated("measures times")
class PageFaultTest {
    @Tag("long")
    @Fault("an instance joins, fails, is killed, turns critical or passing, or leaves; the live page is open")
    void the_page_says_within_two_seconds_what_happens_to_an_instance(FaultRow row, @TempDir Path profile)
            throws Exception {
        try (var cluster = new Cluster(0, Cluster.config("brisk.yaml"));
                var fleet = new Fleet(cluster);
                var browser = Chromium.start(profile);
                Chromium.Page page = LivePageTest.open(browser, cluster.gateway())) {
            FaultyInstance failing = fleet.fresh(3).getFirst();
            row.load(8, cluster.gateway(), Call.UPPERCASE);
            FaultyInstance[] added = new FaultyInstance[1];
            row.recovers(() -> added[0] = fleet.add(), () -> shows(page, added[0].id(), "✓ active"));
            row.recovers(() -> failing.behave(Behaviour.status(503)), () -> shows(page, failing.id(), "✗ ejected"));
            row.recovers(
                    () -> cluster.consul().setHealth(added[0].id(), Health.CRITICAL),
                    () -> shows(page, added[0].id(), "✗ critical"));
            row.recovers(
                    () -> cluster.consul().setHealth(added[0].id(), Health.PASSING),
                    () -> shows(page, added[0].id(), "✓ active"));
            failing.behave(Behaviour.well()); // else the gateway would not eject half of the instances
            await().atMost(Cluster.PATIENCE).until(() -> shows(page, failing.id(), "✓ active"));
            row.recovers(added[0]::close, () -> shows(page, added[0].id(), "✗ ejected"));
            row.recovers(
                    () -> cluster.consul().deregister(added[0].id()),
                    () -> page.evaluate(LivePageTest.row(added[0].id())).equals("\"\""));
            row.nothingLost();
            assertThat(row.recoveredAfter()).isLessThan(Duration.ofSeconds(2));
        }
    }

    private static boolean shows(Chromium.Page page, String id, String text) {
        return page.evaluate(LivePageTest.row(id)).contains(text);
    }
}
