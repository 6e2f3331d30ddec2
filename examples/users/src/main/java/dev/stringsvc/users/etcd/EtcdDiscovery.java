package dev.stringsvc.users.etcd;

import dev.stringsvc.etcd.EtcdClient;
import dev.stringsvc.etcd.KeyValue;
import dev.stringsvc.etcd.PrefixFollower;
import dev.stringsvc.examples.rpc.Discovery;
import dev.stringsvc.program.HostPort;
import dev.stringsvc.program.Label;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The instances that are registered in etcd.
///
/// @param client stays open when a watch is closed
public record EtcdDiscovery(EtcdClient client, EtcdSettings settings) implements Discovery {
    private static final Logger LOG = LoggerFactory.getLogger(EtcdDiscovery.class);

    @Override
    public String name() {
        return "etcd";
    }

    @Override
    public Watch watch(String service, Listener listener) {
        return PrefixFollower.start(client, settings.keysOf(service), new Addresses(listener))::close;
    }

    /// Reads the addresses from the keys' values. A value that is no address is left out.
    private static final class Addresses implements PrefixFollower.Listener {
        private final Listener listener;
        private Set<KeyValue> leftOut = Set.of();

        Addresses(Listener listener) {
            this.listener = listener;
        }

        @Override
        public void changed(List<KeyValue> entries, long revision) {
            var all = new ArrayList<HostPort>();
            var unusable = new HashSet<KeyValue>();
            for (KeyValue entry : entries) {
                try {
                    all.add(HostPort.parse(entry.value()));
                } catch (IllegalArgumentException e) {
                    unusable.add(entry);
                    if (!leftOut.contains(entry)) {
                        LOG.warn("{} is left out: {}", Label.of(entry.key()), e.getMessage());
                    }
                }
            }
            leftOut = unusable;
            listener.found(all);
        }

        @Override
        public void failed(String reason) {
            listener.failed(reason);
        }
    }
}
