package dev.stringsvc.e2e;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/// Gives all tests of a class one gateway with a heap of 256 MiB and two instances that fail on
/// request. After each test the instances work again.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GatewayOf256MiB {
    static final long MEBIBYTE = 1L << 20;

    final Cluster cluster;
    final Fleet fleet;
    List<FaultyInstance> instances = List.of();

    /// @param config the gateway's configuration file in the tests' resources
    GatewayOf256MiB(String config) {
        cluster = new Cluster(
                0, Map.of("JAVA_TOOL_OPTIONS", "-Xmx256m -XX:+ExitOnOutOfMemoryError"), Cluster.config(config));
        fleet = new Fleet(cluster);
    }

    @BeforeAll
    void two() {
        instances = fleet.fresh(2);
    }

    @AfterEach
    void well() {
        instances.forEach(instance -> instance.behave(Behaviour.well()));
    }

    @AfterAll
    void stop() {
        fleet.close();
        cluster.close();
    }
}
