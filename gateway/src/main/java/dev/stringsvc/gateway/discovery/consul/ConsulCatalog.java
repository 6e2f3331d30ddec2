package dev.stringsvc.gateway.discovery.consul;

import dev.stringsvc.gateway.discovery.CatalogEvent;
import dev.stringsvc.gateway.discovery.Pace;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// Watches which services Consul knows, healthy or not, and their tags, with [BlockingQuery].
public final class ConsulCatalog implements AutoCloseable {
    private final BlockingQuery<Map<String, List<String>>> query;

    public ConsulCatalog(ConsulClient client) {
        this(client, Pace.real());
    }

    ConsulCatalog(ConsulClient client, Pace pace) {
        query = new BlockingQuery<>("the catalogue", client::services, Map::isEmpty, pace);
    }

    /// Starts the watch, once. The listener is called by one thread, first when there is an answer. A
    /// listener that throws does not end the watch.
    public void watch(Consumer<CatalogEvent> listener) {
        query.start(new BlockingQuery.Listener<>() {
            @Override
            public void answered(Map<String, List<String>> found, long index) {
                listener.accept(new CatalogEvent.Listed(found));
            }

            @Override
            public void failed(String reason) {
                listener.accept(new CatalogEvent.Failure(reason));
            }
        });
    }

    /// Ends the watch and a query in flight. The listener is not called afterwards.
    @Override
    public void close() {
        query.close();
    }
}
