package dev.stringsvc.examples.rpc;

import dev.stringsvc.program.HostPort;
import java.util.List;

/// A registry in which services find each other.
public interface Discovery {
    /// Starts to watch the instances of a service, and returns at once. The registry may be away.
    Watch watch(String service, Listener listener);

    /// The name for the log, and the scheme of gRPC's targets: `etcd`.
    String name();

    /// Hears of the instances, on one thread at a time.
    interface Listener {
        /// These are all healthy instances now. They may be the same as before.
        void found(List<HostPort> instances);

        /// The registry cannot be asked. The instances may have changed since the last call of
        /// [#found].
        ///
        /// @param reason a sentence for the log
        void failed(String reason);
    }

    /// A watch that runs until it is closed. To close it may take some seconds.
    interface Watch extends AutoCloseable {
        @Override
        void close();
    }
}
