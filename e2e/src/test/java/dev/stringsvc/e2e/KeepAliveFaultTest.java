package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/// Instances that close idle connections at any time, without announcing it.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated("measures times")
class KeepAliveFaultTest {
    private final Cluster cluster = new Cluster(0, Cluster.patient());
    private final Fleet fleet = new Fleet(cluster);

    @AfterAll
    void stop() {
        fleet.close();
        cluster.close();
    }

    /// No request is lost or served twice: each one was read by exactly one instance.
    private void costsNothing(FaultRow row, Behaviour whim) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(3);
        var load = row.load(16, cluster.gateway(), Call.UPPERCASE);
        var posts = row.load(16, cluster.gateway(), Call.NOTIFICATOR);
        instances.forEach(instance -> instance.behave(whim));
        load.goOnFor(Form.FAULT);
        row.nothingLost();
        assertThat(instances.stream().mapToLong(FaultyInstance::requests).sum())
                .isBetween(load.requests() + posts.requests(), load.requests() + posts.requests() + row.copies());
    }

    @Fault("kept connections are closed right after an answer; any load")
    void a_connection_closed_right_after_an_answer_costs_no_request(FaultRow row) throws Exception {
        costsNothing(row, Behaviour.closeAfterAnswer());
    }

    @Fault("kept connections are closed at any moment; any load")
    void a_connection_closed_at_any_moment_costs_no_request(FaultRow row) throws Exception {
        costsNothing(row, Behaviour.closeWhenIdle(Duration.ofMillis(80)));
    }

    @Tag("long")
    @Fault("kept connections are reset after some answers; any load")
    void a_connection_reset_after_an_answer_costs_no_request(FaultRow row) throws Exception {
        costsNothing(row, Behaviour.resetAfterAnswers(3));
    }

    @Tag("long")
    @Fault("kept connections are not read any more, and closed up to 80 ms later; idempotent")
    void a_connection_that_is_no_longer_read_fails_no_repeatable_request(FaultRow row) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(3);
        var load = row.load(16, cluster.gateway(), Call.UPPERCASE);
        instances.forEach(instance -> instance.behave(Behaviour.deafAfterAnswer(Duration.ofMillis(80))));
        load.goOnFor(Form.FAULT);
        row.nothingLost();
        assertThat(instances.stream().mapToLong(FaultyInstance::requests).sum())
                .isBetween(load.requests(), load.requests() + row.copies());
    }
}
