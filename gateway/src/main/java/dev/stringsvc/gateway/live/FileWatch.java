package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.config.ConfigSource;
import dev.stringsvc.program.InputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Tells when a file has other content than before, and has it for two looks in a row, so that it is not read while
/// somebody writes it.
///
/// The content itself is compared. To read some kilobytes twice a second costs nothing, and no time stamp, size or
/// inode can be wrong about them; a file that an editor renames over the old one, or that is reached by a link to a
/// folder that is swapped, as Kubernetes does, is followed like any other. Events of the file system would have to be
/// asked for in as many ways as there are of changing a file. Thread-safe.
public final class FileWatch {
    private final Path file;
    private byte @Nullable [] taken;
    private byte @Nullable [] seen;

    /// Looks for the first time.
    public FileWatch(Path file) {
        this.file = file;
        this.taken = read();
        this.seen = taken;
    }

    /// Whether it has changed since this said so last. A file that is gone has changed too.
    synchronized boolean changed() {
        byte @Nullable [] now = read();
        boolean settled = Arrays.equals(now, seen);
        seen = now;
        if (settled && !Arrays.equals(now, taken)) {
            taken = now;
            return true;
        }
        return false;
    }

    /// Takes what it holds now as known.
    synchronized void take() {
        taken = read();
        seen = taken;
    }

    private byte @Nullable [] read() {
        try {
            // a pipe can be read once only
            return Files.isRegularFile(file) ? InputFile.beginning(file, ConfigSource.MOST_BYTES + 1) : null;
        } catch (IOException e) {
            return null;
        }
    }
}
