package dev.stringsvc.gateway.discovery.lastgood;

import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Instancer;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Says what is known from before on the thread that begins the watch, before the source is asked.
final class RememberingInstancer implements Instancer {
    private final LastGood lastGood;
    private final Instancer source;
    private final String service;
    private final List<String> tags;
    private final Supplier<List<Instance>> inUse;

    RememberingInstancer(
            LastGood lastGood, Instancer source, String service, List<String> tags, Supplier<List<Instance>> inUse) {
        this.lastGood = lastGood;
        this.source = source;
        this.service = service;
        this.tags = tags;
        this.inUse = inUse;
    }

    @Override
    public void watch(Consumer<DiscoveryEvent> listener) {
        lastGood.recall(service, tags)
                .ifPresent(known ->
                        listener.accept(new DiscoveryEvent.Remembered(known.instances(), known.confirmedAt())));
        source.watch(event -> {
            listener.accept(event);
            keep(event);
        });
    }

    private void keep(DiscoveryEvent event) {
        switch (event) {
            case DiscoveryEvent.Snapshot _ -> lastGood.keep(service, tags, inUse.get());
            case DiscoveryEvent.Remembered _, DiscoveryEvent.Failure _ -> {}
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
