package dev.stringsvc.examples.rpc;

import dev.stringsvc.program.HostPort;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives a gRPC channel the addresses of all instances of a service, and follows each change. While
/// the registry cannot be asked, or has no instance, the channel keeps the addresses that it has.
final class ServiceResolver extends NameResolver {
    private static final Logger LOG = LoggerFactory.getLogger(ServiceResolver.class);

    private final Discovery discovery;
    private final String service;
    private Discovery.@Nullable Watch watch;
    /// The ones that the channel has.
    private List<EquivalentAddressGroup> addresses = List.of();

    private String trouble = "";

    ServiceResolver(Discovery discovery, String service) {
        this.discovery = discovery;
        this.service = service;
    }

    @Override
    public String getServiceAuthority() {
        return service;
    }

    @Override
    public void start(Listener2 listener) {
        watch = discovery.watch(service, new Discovery.Listener() {
            @Override
            public void found(List<HostPort> instances) {
                if (instances.isEmpty()) {
                    unavailable(listener, "no instance of " + service + " is registered in " + discovery.name());
                    return;
                }
                trouble = "";
                List<EquivalentAddressGroup> now = instances.stream()
                        .map(one -> new EquivalentAddressGroup(new InetSocketAddress(one.host(), one.port())))
                        .toList();
                if (!now.equals(addresses)) {
                    LOG.info("instances of {} in {}: {}", service, discovery.name(), now.size());
                    addresses = now;
                    listener.onResult(ResolutionResult.newBuilder()
                            .setAddressesOrError(StatusOr.fromValue(now))
                            .build());
                }
            }

            @Override
            public void failed(String reason) {
                unavailable(listener, reason);
            }
        });
    }

    /// Tells the channel, which logs it, or logs it itself if the channel goes on with what it has. A reason that has
    /// not changed is not told again.
    private void unavailable(Listener2 listener, String reason) {
        if (reason.equals(trouble)) {
            return;
        }
        trouble = reason;
        if (addresses.isEmpty()) {
            listener.onError(Status.UNAVAILABLE.withDescription(reason));
        } else {
            LOG.warn("going on with the known instances of {}: {}", service, reason);
        }
    }

    /// Called by the channel, which must not wait.
    @Override
    public void shutdown() {
        Discovery.Watch started = watch;
        if (started != null) {
            Thread.startVirtualThread(started::close);
        }
    }
}
