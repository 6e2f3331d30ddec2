package dev.stringsvc.etcd;

import java.util.List;

/// The keys of a range.
///
/// @param entries  sorted by key
/// @param revision the store's revision at which this was the content
public record Range(List<KeyValue> entries, long revision) {
    public Range {
        entries = List.copyOf(entries);
    }
}
