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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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
    /// The ones that the channel has.
    private List<EquivalentAddressGroup> addresses = List.of();

    private String trouble = "";
    private Set<KeyValue> leftOut = Set.of();

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
                List<EquivalentAddressGroup> now = addresses(entries);
                if (now.isEmpty()) {
                    unavailable(listener, "no " + service + " is registered in etcd below " + keys);
                    return;
                }
                trouble = "";
                if (!now.equals(addresses)) {
                    LOG.info("instances of {} in etcd: {}", service, now.size());
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

    private List<EquivalentAddressGroup> addresses(List<KeyValue> entries) {
        var all = new ArrayList<EquivalentAddressGroup>();
        var unusable = new HashSet<KeyValue>();
        for (KeyValue entry : entries) {
            try {
                HostPort address = HostPort.parse(entry.value());
                all.add(new EquivalentAddressGroup(new InetSocketAddress(address.host(), address.port())));
            } catch (IllegalArgumentException e) {
                unusable.add(entry);
                if (!leftOut.contains(entry)) {
                    LOG.warn("{} is left out: {}", Label.of(entry.key()), e.getMessage());
                }
            }
        }
        leftOut = unusable;
        return all;
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
