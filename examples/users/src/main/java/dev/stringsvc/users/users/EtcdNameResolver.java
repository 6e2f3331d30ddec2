package dev.stringsvc.users.users;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.etcd.KeyValue;
import dev.stringsvc.etcd.PrefixFollower;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.Label;
import io.grpc.EquivalentAddressGroup;
import io.grpc.NameResolver;
import io.grpc.Status;
import io.grpc.StatusOr;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives a gRPC channel the addresses of all instances that are registered in etcd, and follows
/// each change. While etcd cannot be asked, or has no instance, the channel keeps the addresses
/// that it has.
final class EtcdNameResolver extends NameResolver {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdNameResolver.class);

    private final EtcdClient etcd;
    private final String service;
    private final String keys;
    private @Nullable PrefixFollower follower;
    private boolean known;
    private String trouble = "";

    /// @param keys what the keys of the service's instances begin with
    EtcdNameResolver(EtcdClient etcd, String service, String keys) {
        this.etcd = etcd;
        this.service = service;
        this.keys = keys;
    }

    @Override
    public String getServiceAuthority() {
        return service;
    }

    @Override
    public void start(Listener2 listener) {
        follower = PrefixFollower.start(etcd, keys, new PrefixFollower.Listener() {
            @Override
            public void changed(List<KeyValue> entries, long revision) {
                List<EquivalentAddressGroup> addresses = addresses(entries);
                LOG.info("instances of {} in etcd: {}", service, addresses.size());
                if (addresses.isEmpty()) {
                    unavailable(listener, "no " + service + " is registered in etcd below " + keys);
                } else {
                    known = true;
                    trouble = "";
                    listener.onResult(ResolutionResult.newBuilder()
                            .setAddressesOrError(StatusOr.fromValue(addresses))
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
        if (known) {
            LOG.warn("going on with the known instances of {}: {}", service, reason);
        } else {
            listener.onError(Status.UNAVAILABLE.withDescription(reason));
        }
    }

    private static List<EquivalentAddressGroup> addresses(List<KeyValue> entries) {
        var addresses = new ArrayList<EquivalentAddressGroup>();
        for (KeyValue entry : entries) {
            try {
                HostPort address = HostPort.parse(entry.value());
                addresses.add(new EquivalentAddressGroup(new InetSocketAddress(address.host(), address.port())));
            } catch (IllegalArgumentException e) {
                LOG.warn("{} is left out: {}", Label.of(entry.key()), e.getMessage());
            }
        }
        return addresses;
    }

    /// Called by the channel, which must not wait.
    @Override
    public void shutdown() {
        PrefixFollower started = follower;
        if (started != null) {
            Thread.startVirtualThread(started::close);
        }
    }
}
