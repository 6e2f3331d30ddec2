package dev.stringsvc.etcd;

import java.util.List;

/// What a watch has to say.
public sealed interface WatchResult {
    /// Keys have changed.
    ///
    /// @param changes  in their order, at least one
    /// @param revision the changes up to this revision of the store are known now
    record Events(List<Change> changes, long revision) implements WatchResult {
        public Events {
            changes = List.copyOf(changes);
        }
    }

    /// Nothing has changed for as long as the limit of silence, and etcd still answers.
    ///
    /// @param revision the changes up to this revision of the store are known
    record Quiet(long revision) implements WatchResult {}

    /// The watch is over: etcd does not have the changes since the wanted revision. They are
    /// compacted, or etcd has lost data and counts from a lower revision now. The range must be
    /// listed anew.
    ///
    /// @param revision the oldest revision that etcd has, or its current one if that has fallen
    record Compacted(long revision) implements WatchResult {}

    /// The watch is over, because the connection failed, etcd ended it, or it was closed. A new
    /// watch can go on where this one was.
    ///
    /// @param reason a sentence for the log
    record Lost(String reason) implements WatchResult {}

    /// What happened to one key.
    sealed interface Change {
        String key();

        /// The key was written.
        record Put(KeyValue entry) implements Change {
            @Override
            public String key() {
                return entry.key();
            }
        }

        /// The key was deleted, or its lease has ended.
        record Deleted(String key) implements Change {}
    }
}
