package dev.stringsvc.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A program in front of the instances: the gateway, or one that others use for this. All have one
/// route, `/stringsvc/` with the prefix stripped, three attempts, persistent connections, and one log
/// line per request.
interface Peer {
    String name();

    /// The version that the program itself reports.
    String version();

    /// True if it can serve requests of this kind.
    default boolean takes(Cell cell) {
        return true;
    }

    /// True if it becomes faster while it runs, and so needs a long warm-up.
    default boolean compilesWhileItRuns() {
        return false;
    }

    /// Waits until the program passes requests on.
    ///
    /// @param port where it listens
    default void await(int port) {
        Probe.await(port, Cell.standard().path(), "FOO");
    }

    /// Writes the program's configuration, and returns the command that starts it.
    List<String> command(Site site) throws IOException;

    /// Where a program runs, and in front of which instances.
    ///
    /// @param dir its own folder
    /// @param log the file to which its access log and its standard output are appended
    /// @param instances the ports of the instances
    /// @param consul the address of Consul
    record Site(Path dir, Path log, int port, List<Integer> instances, String consul) {}
}
