package dev.stringsvc.bench;

import dev.stringsvc.testkit.AppProcess;
import dev.stringsvc.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;

/// A running [Peer] that answers requests.
final class Proxy implements AutoCloseable {
    private final Peer peer;
    private final int port;
    private final Path log;
    private final AppProcess process;
    private final Duration startUp;
    private long answered;

    private Proxy(Peer peer, int port, Path log, AppProcess process, Duration startUp) {
        this.peer = peer;
        this.port = port;
        this.log = log;
        this.process = process;
        this.startUp = startUp;
    }

    /// Starts a peer and waits until it has proxied a request.
    ///
    /// @param dir for the files of the program
    static Proxy start(Peer peer, Path dir, List<Integer> instances, String consul) throws IOException {
        Files.createDirectories(dir);
        int port = Ports.free();
        Path log = dir.resolve("log");
        List<String> command = peer.command(new Peer.Site(dir, log, port, instances, consul));
        long began = System.nanoTime();
        AppProcess process = Programs.start(log, command);
        try {
            peer.await(port);
        } catch (IllegalStateException e) {
            Programs.stop(process);
            throw new IllegalStateException(peer.name() + " does not answer; see " + log, e);
        }
        return new Proxy(peer, port, log, process, Duration.ofNanos(System.nanoTime() - began));
    }

    Peer peer() {
        return peer;
    }

    int port() {
        return port;
    }

    /// The time from its start to the first request that it proxied.
    Duration startUp() {
        return startUp;
    }

    /// Adds the answered requests of a turn.
    void answered(long requests) {
        answered += requests;
    }

    /// The number of correctly answered requests of all turns.
    long answered() {
        return answered;
    }

    Usage usage() {
        return Usage.of(process.pid());
    }

    /// Empties its log, so that the disk does not fill.
    void emptyLog() {
        try (var _ = FileChannel.open(log, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            // opening the file has emptied it
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Programs.stop(process);
    }
}
