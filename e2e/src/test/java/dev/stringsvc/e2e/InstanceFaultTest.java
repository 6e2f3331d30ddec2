package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/// Instances that fail while Consul shows them as passing. They are ejected, probed, and used again
/// once they work.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated("measures times")
class InstanceFaultTest {
    private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(1);

    /// How long a request may take on a busy machine if no instance delays it.
    private static final Duration NO_TIME = Duration.ofMillis(700);

    private static final Duration NORMAL_ANSWER = Duration.ofMillis(40);

    private final Cluster cluster = new Cluster(0, Cluster.config("brisk.yaml"));
    private final Fleet fleet = new Fleet(cluster);

    @AfterAll
    void stop() {
        fleet.close();
        cluster.close();
    }

    private static List<Integer> counts(List<FaultyInstance> instances) {
        return instances.stream().map(FaultyInstance::requests).toList();
    }

    private static List<Integer> since(List<Integer> before, List<FaultyInstance> instances) {
        return IntStream.range(0, before.size())
                .mapToObj(i -> instances.get(i).requests() - before.get(i))
                .toList();
    }

    private boolean active(FaultyInstance instance) throws Exception {
        return "active".equals(cluster.gateway().states().get(instance.id()));
    }

    /// The first of three instances fails. It is ejected while Consul shows it as passing, no longer
    /// delays requests, and is used again once it works.
    private void isEjectedAndComesBack(FaultRow row, Behaviour ill) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(3);
        FaultyInstance first = instances.getFirst();
        instances.forEach(instance -> instance.behave(Behaviour.slow(NORMAL_ANSWER)));
        var load = row.load(16, cluster.gateway(), Call.UPPERCASE);
        load.awaitMore(200);
        List<Integer> before = counts(instances);
        first.behave(ill);
        cluster.gateway().awaitState(first.id(), "ejected");
        attractsNoMore(since(before, instances));
        // requests to it were retried elsewhere, after at most the timeout of one attempt
        assertThat(load.worst()).isLessThan(ATTEMPT_TIMEOUT.plus(NO_TIME));
        load.mark();
        List<Integer> ejected = counts(instances);
        load.goOnFor(Form.FAULT);
        costsNobodyTime(load, since(ejected, instances));
        assertThat(cluster.consul().passing("stringsvc")).contains(first.id());
        row.recovers(() -> first.behave(Behaviour.slow(NORMAL_ANSWER)), () -> active(first));
        servesAgain(load, first);
        row.nothingLost();
    }

    /// Before its ejection the instance got at most its equal share, and the requests in flight.
    private static void attractsNoMore(List<Integer> requests) {
        int most = Math.max(requests.get(1), requests.get(2));
        assertThat(requests.getFirst()).isLessThanOrEqualTo(most + 16);
    }

    /// The instance gets probes only, at most one a second and one in flight. The others share its
    /// requests evenly.
    private static void costsNobodyTime(Load load, List<Integer> requests) {
        assertThat(requests.getFirst()).isLessThanOrEqualTo((int) Form.FAULT.toSeconds() + 2);
        evenly(requests.subList(1, requests.size()));
        assertThat(load.worst()).isLessThan(NO_TIME);
    }

    private static void evenly(List<Integer> requests) {
        double mean = requests.stream().mapToInt(Integer::intValue).average().orElseThrow();
        assertThat(requests).allSatisfy(count -> assertThat((double) count).isBetween(0.8 * mean, 1.2 * mean));
    }

    private static void servesAgain(Load load, FaultyInstance instance) {
        int before = instance.requests();
        load.awaitMore(60);
        assertThat(instance.requests()).isGreaterThan(before + 10);
    }

    @Fault("black hole: accepts, never answers")
    void a_black_hole_is_ejected_delays_no_request_and_comes_back(FaultRow row) throws Exception {
        isEjectedAndComesBack(row, Behaviour.hang());
    }

    @Fault("an instance answers 503 at once")
    void an_instance_that_answers_503_is_ejected_and_comes_back(FaultRow row) throws Exception {
        isEjectedAndComesBack(row, Behaviour.status(503));
    }

    @Tag("long")
    @Fault("an instance answers 500 at once")
    void an_instance_that_answers_500_is_ejected_and_comes_back(FaultRow row) throws Exception {
        isEjectedAndComesBack(row, Behaviour.status(500));
    }

    @Fault("an instance is 20 times slower than its siblings")
    void a_slow_instance_is_ejected_and_comes_back(FaultRow row) throws Exception {
        isEjectedAndComesBack(row, Behaviour.slow(NORMAL_ANSWER.multipliedBy(20)));
    }

    @Fault("one of four instances is gone; any load")
    void the_share_of_one_that_is_gone_spreads_evenly(FaultRow row) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(4);
        var load = row.load(16, cluster.gateway(), Call.UPPERCASE);
        row.load(16, cluster.gateway(), Call.NOTIFICATOR);
        fleet.remove(instances.get(1));
        List<FaultyInstance> others = List.of(instances.get(0), instances.get(2), instances.get(3));
        List<Integer> before = counts(others);
        load.goOnFor(Form.FAULT);
        evenly(since(before, others));
        row.nothingLost();
    }

    @Fault("all instances answer 503 at once")
    void if_all_fail_all_are_used_and_retries_stay_within_their_budget(FaultRow row) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(3);
        var load = row.load(32, cluster.gateway(), Call.UPPERCASE);
        List<Integer> before = counts(instances);
        long sentBefore = load.requests();
        load.promise(failure -> failure.startsWith("503 "));
        instances.forEach(instance -> instance.behave(Behaviour.status(503)));
        await().atMost(Cluster.PATIENCE).until(this::panics);
        // enough requests to make the budget's initial reserve insignificant
        load.awaitMore(Form.pick(1_500, 5_000));
        int attempts =
                since(before, instances).stream().mapToInt(Integer::intValue).sum();
        assertThat(attempts / (double) (load.requests() - sentBefore)).isLessThanOrEqualTo(1.3);
        assertThat(load.asPromised()).isPositive();
        row.recovers(
                () -> instances.forEach(instance -> instance.behave(Behaviour.well())),
                () -> !panics()
                        && instances.stream()
                                .map(FaultyInstance::id)
                                .allMatch(cluster.gateway().active()::contains));
        load.promise(_ -> false);
        load.awaitMore(200);
        row.nothingLost();
        cluster.gateway().process().awaitLine("stringsvc: panic");
    }

    private boolean panics() throws Exception {
        return cluster.gateway().upstream().path("panic").asBoolean();
    }

    @Tag("long")
    @Fault("half of the instances are black holes at once")
    void half_of_the_instances_can_be_black_holes(FaultRow row) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(4);
        List<FaultyInstance> holes = instances.subList(0, 2);
        var load = row.load(16, cluster.gateway(), Call.UPPERCASE);
        holes.forEach(instance -> instance.behave(Behaviour.hang()));
        holes.forEach(instance -> cluster.gateway().awaitState(instance.id(), "ejected"));
        load.mark();
        load.goOnFor(Form.FAULT);
        assertThat(load.worst()).isLessThan(NO_TIME);
        row.recovers(
                () -> holes.forEach(instance -> instance.behave(Behaviour.well())),
                () -> active(holes.getFirst()) && active(holes.getLast()));
        row.nothingLost();
    }

    @Tag("long")
    @Fault("an instance is ill for 2 s and well for 2 s, in turn")
    void a_flapping_instance_costs_no_request(FaultRow row) throws Exception {
        List<FaultyInstance> instances = fleet.fresh(3);
        var load = row.load(16, cluster.gateway(), Call.UPPERCASE);
        instances.getFirst().behave(Behaviour.flapping(Duration.ofSeconds(2), Behaviour.status(503)));
        load.goOnFor(Form.FAULT.multipliedBy(2));
        row.recovers(() -> instances.getFirst().behave(Behaviour.well()), () -> active(instances.getFirst()));
        row.nothingLost();
    }
}
