package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.config.GatewayConfig;
import dev.stringsvc.gateway.discovery.DiscoveryEvent;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Instancer;
import dev.stringsvc.gateway.grpc.Transcoders;
import dev.stringsvc.gateway.upstream.Endpoint;
import dev.stringsvc.gateway.upstream.Upstream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The services that routes name, each with its endpoints and whoever watches its instances. A service keeps its
/// [Upstream], and so its circuits and connections, for as long as it is named, also when it is defined anew: then only
/// who watches it changes. Where its instances are spoken to in another way it is another service. Used by one thread
/// at a time.
public final class Upstreams implements AutoCloseable {
    private final Discovery discovery;
    private final BiFunction<String, GatewayConfig.Service, Upstream> factory;
    private final Consumer<Upstream> retired;
    private final Transcoders transcoders;
    private final Map<String, Watched> watched = new TreeMap<>();
    /// Those that no route names any more, until their last request is answered.
    private final List<Upstream> leaving = new ArrayList<>();

    private record Watched(Upstream upstream, GatewayConfig.Service definition, Instancer instancer, Relay relay) {
        /// The same, of which the definition says something else than before that needs no other watch.
        Watched definedAs(GatewayConfig.Service definition) {
            return new Watched(upstream, definition, instancer, relay);
        }
    }

    /// @param factory makes one
    /// @param retired hears of each that is not named any more
    public Upstreams(
            Discovery discovery,
            BiFunction<String, GatewayConfig.Service, Upstream> factory,
            Consumer<Upstream> retired,
            Transcoders transcoders) {
        this.transcoders = transcoders;
        this.discovery = discovery;
        this.factory = factory;
        this.retired = retired;
    }

    /// Opens and watches those that are new and watches those anew that are defined anew; lets none go.
    ///
    /// @param definitions by service
    /// @return the services that are defined anew
    List<String> open(Map<String, GatewayConfig.Service> definitions) {
        List<String> changed = new ArrayList<>();
        List<String> begun = new ArrayList<>();
        definitions.forEach((service, definition) -> {
            @Nullable Watched before = watched.get(service);
            // the file of descriptors may have changed
            if (before == null || !before.definition().equals(definition) || definition.hasDescriptors()) {
                begun.add(service);
            }
            if (before != null && !before.definition().isSpokenToAs(definition)) {
                retire(before);
                watched.put(service, watch(factory.apply(service, definition), definition, false));
                changed.add(service);
            } else if (before == null) {
                watched.put(service, watch(factory.apply(service, definition), definition, false));
            } else if (!before.definition().isFoundAs(definition)) {
                before.instancer().close();
                watched.put(service, watch(before.upstream(), definition, true));
                changed.add(service);
            } else if (!before.definition().equals(definition)) {
                watched.put(service, before.definedAs(definition));
                changed.add(service);
            }
        });
        begun.forEach(service -> describe(service, Objects.requireNonNull(definitions.get(service))));
        return changed;
    }

    private void describe(String service, GatewayConfig.Service definition) {
        if (definition.reflection()) {
            Upstream upstream = get(service);
            transcoders.reflect(
                    service,
                    () -> upstream.endpoints().stream().map(Endpoint::transport).toList());
        } else {
            definition.transcoder().ifPresent(transcoder -> transcoders.define(service, transcoder));
        }
    }

    private Watched watch(Upstream upstream, GatewayConfig.Service definition, boolean anew) {
        String service = upstream.service();
        Instancer instancer = discovery.instancer(service, definition);
        var relay = new Relay(upstream, anew, inUse -> discovery.answered(service, definition, inUse));
        instancer.watch(relay);
        return new Watched(upstream, definition, instancer, relay);
    }

    /// Waits until discovery has said something of each that is open, for no longer than `patience`.
    void awaitFirst(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        for (Watched one : watched.values()) {
            if (!one.relay().first.await(end - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                return;
            }
        }
    }

    /// Lets all others go; their requests under way finish.
    void keepOnly(Set<String> services) {
        transcoders.keepOnly(services);
        leaving.removeIf(upstream -> upstream.draining().isEmpty());
        for (Iterator<Watched> all = watched.values().iterator(); all.hasNext(); ) {
            Watched one = all.next();
            if (!services.contains(one.upstream().service())) {
                all.remove();
                retire(one);
            }
        }
    }

    private void retire(Watched one) {
        one.instancer().close();
        one.upstream().retire();
        leaving.add(one.upstream());
        retired.accept(one.upstream());
    }

    /// One that is open.
    Upstream get(String service) {
        return Objects.requireNonNull(watched.get(service)).upstream();
    }

    /// Whether a service has an instance that may be asked.
    boolean serves(String service) {
        @Nullable Watched one = watched.get(service);
        return one != null && !one.upstream().endpoints().isEmpty();
    }

    /// Those that are open, by name.
    List<Upstream> all() {
        return watched.values().stream().map(Watched::upstream).toList();
    }

    /// Stops to watch, and cuts connections.
    @Override
    public void close() {
        watched.values().forEach(one -> one.instancer().close());
        Stream.concat(all().stream(), leaving.stream())
                .flatMap(upstream -> upstream.all().stream())
                .forEach(Endpoint::close);
    }

    /// Passes discovery's events on to an upstream, and reports the instances that it uses after each answer.
    private static final class Relay implements Consumer<DiscoveryEvent> {
        private final Upstream upstream;
        private final Consumer<List<Instance>> answered;
        private final CountDownLatch first = new CountDownLatch(1);
        private boolean anew;

        /// @param anew true if the instances differ now because the service is defined in another way
        /// @param answered hears the instances in use after each answer
        Relay(Upstream upstream, boolean anew, Consumer<List<Instance>> answered) {
            this.upstream = upstream;
            this.anew = anew;
            this.answered = answered;
        }

        @Override
        public void accept(DiscoveryEvent event) {
            if (anew && event instanceof DiscoveryEvent.Snapshot) {
                anew = false;
                upstream.believeNext();
            }
            upstream.accept(event);
            first.countDown();
            if (event instanceof DiscoveryEvent.Snapshot) {
                answered.accept(upstream.instances());
            }
        }
    }
}
