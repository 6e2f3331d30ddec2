package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/// Instances whose answers break off or are not valid HTTP.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated("measures times")
class BrokenAnswerTest {
    private static final int MEBIBYTE = 1 << 20;

    private final Cluster cluster = new Cluster(0, Cluster.patient());
    private final Fleet fleet = new Fleet(cluster);

    @AfterAll
    void stop() {
        fleet.close();
        cluster.close();
    }

    /// One of three instances breaks off before the gateway can pass on a byte of its answer.
    private void goesOnElsewhere(FaultRow row, Behaviour... broken) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(3);
        var load = row.load(16, cluster.gateway(), Call.UPPERCASE);
        for (Behaviour behaviour : broken) {
            instances.getFirst().behave(behaviour);
            load.goOnFor(Form.FAULT.dividedBy(broken.length));
        }
        assertThat(instances.getFirst().requests()).isPositive();
        instances.getFirst().behave(Behaviour.well());
        row.nothingLost();
    }

    @Fault("connection reset or closed before the head")
    void retries_elsewhere_if_the_answer_breaks_off_before_its_head(FaultRow row) throws Exception {
        goesOnElsewhere(row, Behaviour.resetBeforeHead(), Behaviour.closeBeforeHead());
    }

    @Fault("connection reset or closed within the head")
    void retries_elsewhere_if_the_answer_breaks_off_within_its_head(FaultRow row) throws Exception {
        goesOnElsewhere(row, Behaviour.resetWithinHead(), Behaviour.closeWithinHead());
    }

    @Fault("garbage instead of HTTP")
    void retries_elsewhere_if_the_answer_is_garbage(FaultRow row) throws Exception {
        goesOnElsewhere(row, Behaviour.garbage());
    }

    @Fault("any of these, and the request must not be repeated")
    void answers_502_if_the_request_must_not_be_repeated(FaultRow row) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(2);
        var load = row.load(8, cluster.gateway(), Call.NOTIFICATOR);
        load.promise(failure -> failure.startsWith("502 ") && failure.contains("\"route\":\"notificator\""));
        for (Behaviour broken :
                List.of(Behaviour.resetBeforeHead(), Behaviour.closeWithinHead(), Behaviour.garbage())) {
            instances.forEach(instance -> instance.behave(broken));
            load.awaitMore(Form.pick(30, 300));
        }
        row.nothingLost();
        sentOnce(row, load, instances);
        assertThat(load.asPromised()).isPositive();
    }

    /// Asserts that the instances got no more requests than the clients sent, plus the copies that probe ejected
    /// instances.
    private static void sentOnce(FaultRow row, Load load, List<FaultyInstance> instances) throws Exception {
        assertThat(instances.stream().mapToLong(FaultyInstance::requests).sum())
                .isLessThanOrEqualTo(load.requests() + row.copies());
    }

    @Fault("connection closed after the head, body cut short")
    void half_an_answer_never_looks_complete_and_is_not_retried(FaultRow row) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(2);
        var load = row.load(8, cluster.gateway(), Call.UPPERCASE);
        load.promise(failure -> failure.startsWith("502 ") || failure.startsWith("java.io.IOException"));
        for (Behaviour broken : List.of(
                Behaviour.closeAfterHead(),
                Behaviour.cutBody(40),
                Behaviour.cutBody(MEBIBYTE),
                Behaviour.resetChunks(40),
                Behaviour.resetChunks(MEBIBYTE))) {
            instances.forEach(instance -> instance.behave(broken));
            long before = load.requests();
            load.goOnFor(Form.FAULT.dividedBy(4));
            assertThat(load.requests()).isGreaterThan(before);
        }
        row.nothingLost();
        sentOnce(row, load, instances);
        assertThat(load.asPromised()).isPositive();
    }

    @Tag("long")
    @Fault("a Content-Length that is too short")
    void bytes_after_the_end_of_an_answer_are_not_read_as_the_next_one(FaultRow row) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(2);
        var load = row.load(4, cluster.gateway(), Call.UPPERCASE);
        load.promise(failure -> failure.startsWith("502 ")
                || failure.startsWith("java.io.IOException")
                // by its Content-Length this is the whole answer, so it is passed on
                || failure.endsWith("not: {\"v\":"));
        instances.forEach(instance -> instance.behave(Behaviour.tooShort()));
        load.goOnFor(Form.FAULT);
        row.nothingLost();
    }

    @Tag("long")
    @Fault("heads that come byte by byte")
    void a_head_that_trickles_fails_an_attempt_and_no_request(FaultRow row) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(3);
        var load = row.load(8, cluster.gateway(), Call.UPPERCASE);
        instances.getFirst().behave(Behaviour.trickle(Duration.ofMillis(100)));
        load.goOnFor(Form.FAULT);
        instances.getFirst().behave(Behaviour.well());
        row.nothingLost();
    }
}
