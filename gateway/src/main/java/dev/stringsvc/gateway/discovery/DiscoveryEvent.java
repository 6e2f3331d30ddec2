package dev.stringsvc.gateway.discovery;

import java.time.Instant;
import java.util.List;
import java.util.function.UnaryOperator;

/// An event of discovery: the full set of instances, or the reason why there is none.
public sealed interface DiscoveryEvent {
    /// Every instance that may take requests now.
    ///
    /// @param unhealthy the instances that the source knows besides, as far as it tells
    /// @param index the source's index of changes, for operators; 0 if it has none
    record Snapshot(List<Instance> instances, List<Unhealthy> unhealthy, long index) implements DiscoveryEvent {
        public Snapshot {
            instances = List.copyOf(instances);
            unhealthy = List.copyOf(unhealthy);
        }

        /// A snapshot of a source that tells nothing of unhealthy instances.
        public Snapshot(List<Instance> instances, long index) {
            this(instances, List.of(), index);
        }
    }

    /// The instances that an earlier run saved, to use until the source answers.
    ///
    /// @param savedAt when the source last confirmed it
    record Remembered(List<Instance> instances, Instant savedAt) implements DiscoveryEvent {
        public Remembered {
            instances = List.copyOf(instances);
        }
    }

    /// A query has failed; the last snapshot stays valid.
    ///
    /// @param reason one sentence for operators
    record Failure(String reason) implements DiscoveryEvent {}

    /// The same event with its instances changed. A failure has none and stays as it is.
    default DiscoveryEvent map(UnaryOperator<List<Instance>> change) {
        return switch (this) {
            case Snapshot(var instances, var unhealthy, long index) ->
                new Snapshot(change.apply(instances), unhealthy, index);
            case Remembered(var instances, var savedAt) -> new Remembered(change.apply(instances), savedAt);
            case Failure failure -> failure;
        };
    }
}
