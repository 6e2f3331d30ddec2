package dev.stringsvc.gateway.discovery;

import java.util.List;
import java.util.Map;

/// What discovery says of the services there are: always all of them, or why there is no answer.
public sealed interface CatalogEvent {
    /// Every service that has an instance, healthy or not.
    ///
    /// @param tags by service, the tags that any of its instances has
    record Listed(Map<String, List<String>> tags) implements CatalogEvent {
        public Listed {
            tags = Map.copyOf(tags);
        }
    }

    /// The source could not be asked; what it said last still stands.
    ///
    /// @param reason one sentence for operators
    record Failure(String reason) implements CatalogEvent {}
}
