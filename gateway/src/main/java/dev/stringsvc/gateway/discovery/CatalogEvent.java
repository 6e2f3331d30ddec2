package dev.stringsvc.gateway.discovery;

import java.util.List;
import java.util.Map;

/// An event of the catalog: all services, or the reason why there is no answer.
public sealed interface CatalogEvent {
    /// Every service that has an instance, healthy or not.
    ///
    /// @param tags the tags of all instances of a service, by service
    record Listed(Map<String, List<String>> tags) implements CatalogEvent {
        public Listed {
            tags = Map.copyOf(tags);
        }
    }

    /// A query has failed; the last list stays valid.
    ///
    /// @param reason one sentence for operators
    record Failure(String reason) implements CatalogEvent {}
}
