package dev.stringsvc.gateway.discovery.lastgood;

import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instancer;
import java.util.List;
import java.util.function.Consumer;

/// Reports the saved instances first, on the thread that starts the watch, and then whatever the source
/// reports.
final class RememberingInstancer implements Instancer {
    private final LastGood lastGood;
    private final Instancer source;
    private final String service;
    private final List<String> tags;

    RememberingInstancer(LastGood lastGood, Instancer source, String service, List<String> tags) {
        this.lastGood = lastGood;
        this.source = source;
        this.service = service;
        this.tags = tags;
    }

    @Override
    public void watch(Consumer<DiscoveryEvent> listener) {
        lastGood.recall(service, tags)
                .ifPresent(known ->
                        listener.accept(new DiscoveryEvent.Remembered(known.instances(), known.confirmedAt())));
        source.watch(listener);
    }

    @Override
    public void close() {
        source.close();
    }
}
