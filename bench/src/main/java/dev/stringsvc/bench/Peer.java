package dev.stringsvc.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/// A program that stands before the instances: the gateway, or what others use in its place. All have one route,
/// `/stringsvc/` without that prefix upstream, three attempts, kept connections, and a line of log for each request.
interface Peer {
    String name();

    /// As the program itself tells it.
    String version();

    /// Whether it can serve such requests at all.
    default boolean takes(Cell cell) {
        return true;
    }

    /// Whether it becomes faster while it runs, and so needs long to be warm.
    default boolean compilesWhileItRuns() {
        return false;
    }

    /// Writes what the program needs to know, and returns how it is started.
    List<String> command(Site site) throws IOException;

    /// Where and in front of what one runs.
    ///
    /// @param dir its own
    /// @param log a file to whose end it writes its access log, as its standard output does
    /// @param instances their ports
    /// @param consul its address
    record Site(Path dir, Path log, int port, List<Integer> instances, String consul) {}
}
