package dev.stringsvc.gateway.client;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/// The number of clients' connections that the process can keep.
///
/// @param most at a time
/// @param why the reason for this number, as a part of a sentence
public record ConnectionCapacity(int most, String why) {
    /// The limit of the admin port's connections. The data port leaves room for them.
    public static final int ADMIN = 64;

    private static final int LEAST = 16;
    private static final int MOST = 1_000_000;
    private static final int HEAP_SHARE = 8;
    /// The heap that a connection takes. 4 KiB were measured for an idle one, and 8 KiB with HTTP/2.
    private static final int BYTES = 8 * 1_024;

    /// The same over TLS, with engine and session: 10 KiB were measured, and 14 KiB with HTTP/2.
    private static final int TLS_BYTES = 16 * 1_024;

    /// The resources of the process.
    ///
    /// @param descriptors the number of files and sockets that it may still open
    /// @param heap its largest size, in bytes
    record Resources(long descriptors, long heap) {
        static Resources ofThisProcess() {
            long descriptors = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                    ? unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount()
                    : Long.MAX_VALUE;
            return new Resources(descriptors, Runtime.getRuntime().maxMemory());
        }
    }

    /// The configured number, or else the number that this process can keep.
    ///
    /// @param tls true if the connections speak TLS
    public static ConnectionCapacity of(Optional<Integer> configured, boolean tls) {
        return of(configured, tls, Resources.ofThisProcess());
    }

    static ConnectionCapacity of(Optional<Integer> configured, boolean tls, Resources resources) {
        // the rest is for connections to instances and for files
        long byDescriptors = Math.max(0, resources.descriptors() - ADMIN) / 4 * 3;
        if (configured.isPresent()) {
            String more = configured.get() > byDescriptors
                    ? ", which is more than three quarters of the %d file descriptors that are left: instances may not be reached"
                            .formatted(resources.descriptors())
                    : "";
            return new ConnectionCapacity(configured.get(), "as configured" + more);
        }
        int each = tls ? TLS_BYTES : BYTES;
        long byHeap = resources.heap() / HEAP_SHARE / each;
        if (byDescriptors < byHeap) {
            return new ConnectionCapacity(
                    within(byDescriptors),
                    "three quarters of the %d file descriptors that are left".formatted(resources.descriptors()));
        }
        return new ConnectionCapacity(
                within(byHeap),
                "an eighth of the heap of %d MiB, at %d KiB each".formatted(resources.heap() >> 20, each >> 10));
    }

    private static int within(long connections) {
        return Math.clamp(connections, LEAST, MOST);
    }
}
