package dev.stringsvc.gateway.discovery;

import java.util.List;

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

    /// The source could not be asked; what it said last still stands.
    ///
    /// @param reason one sentence for operators
    record Failure(String reason) implements DiscoveryEvent {}
}
