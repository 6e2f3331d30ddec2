package dev.stringsvc.gateway.discovery;

import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/// What discovery says: always the full set, or why there is none.
public sealed interface DiscoveryEvent {
    /// Every instance that may take requests now.
    ///
    /// @param index where the source counts its changes, for operators; 0 where it does not
    record Snapshot(List<Instance> instances, long index) implements DiscoveryEvent {
        public Snapshot {
            instances = List.copyOf(instances);
        }
    }

    /// What the source said before this process began, kept from then: something to serve from until the source itself
    /// answers.
    ///
    /// @param savedAt when the source last confirmed it
    record Remembered(List<Instance> instances, Instant savedAt) implements DiscoveryEvent {
        public Remembered {
            instances = List.copyOf(instances);
        }
    }

    /// The source could not be asked; what it said last still stands.
    ///
    /// @param reason one sentence for operators
    record Failure(String reason) implements DiscoveryEvent {}

    /// The same with other instances; a failure names none, and stays as it is.
    default DiscoveryEvent map(UnaryOperator<List<Instance>> change) {
        return switch (this) {
            case Snapshot(var instances, long index) -> new Snapshot(change.apply(instances), index);
            case Remembered(var instances, var savedAt) -> new Remembered(change.apply(instances), savedAt);
            case Failure failure -> failure;
        };
    }
}
