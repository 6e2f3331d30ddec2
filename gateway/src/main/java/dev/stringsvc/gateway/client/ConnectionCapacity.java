package dev.stringsvc.gateway.client;

import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Optional;

/// How many connections of clients the process can keep.
///
/// @param most at a time
/// @param why what decided it, as a part of a sentence
public record ConnectionCapacity(int most, String why) {
    /// The most connections that the admin port has at a time. The data port leaves room for them.
    public static final int ADMIN = 64;

    private static final int LEAST = 16;
    private static final int MOST = 1_000_000;
    private static final int HEAP_SHARE = 8;
    /// What a connection takes of the heap. An idle one was measured with 4 KiB, twice as much with
    /// HTTP/2.
    private static final int BYTES = 8 * 1_024;

    /// The same over TLS, whose engine and session the JVM keeps: 10 KiB were measured, and 14 KiB with
    /// HTTP/2.
    private static final int TLS_BYTES = 16 * 1_024;

    /// What the process has to share out.
    ///
    /// @param descriptors how many files and sockets it may still open
    /// @param heap its longest size, in bytes
    record Resources(long descriptors, long heap) {
        static Resources ofThisProcess() {
            long descriptors = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                    ? unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount()
                    : Long.MAX_VALUE;
            return new Resources(descriptors, Runtime.getRuntime().maxMemory());
        }
    }

    /// What was configured, or what this process can keep.
    ///
    /// @param tls true if the connections speak TLS
    public static ConnectionCapacity of(Optional<Integer> configured, boolean tls) {
        return of(configured, tls, Resources.ofThisProcess());
    }

    static ConnectionCapacity of(Optional<Integer> configured, boolean tls, Resources resources) {
        // the others are for instances, and for files
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
