package dev.stringsvc.e2e;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;

/// A gateway with a heap of 256 MiB before two instances that can be told to fail, for all tests of a class. After each
/// test the instances are well again.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GatewayOf256MiB {
    static final long MEBIBYTE = 1L << 20;

    final Cluster cluster;
    final Fleet fleet;
    List<FaultyInstance> instances = List.of();

    /// @param config the gateway's configuration, among the tests' resources
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
