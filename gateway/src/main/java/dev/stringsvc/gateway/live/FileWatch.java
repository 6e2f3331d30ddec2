package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.config.FileContent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Yields the content of a file each time it has changed and two looks in a row agree, so that it is
/// not loaded while somebody writes it. What was compared is what is yielded: the file is not read
/// again to load it.
///
/// The content itself is compared. To read some kilobytes twice a second costs nothing, and no time
/// stamp, size or inode can be wrong about them; a file that an editor renames over the old one, or
/// that is reached by a link to a folder that is swapped, as Kubernetes does, is followed like any
/// other. Events of the file system would have to be asked for in as many ways as there are of changing
/// a file. Thread-safe.
public final class FileWatch {
    private final Path file;
    private FileContent taken;
    private FileContent seen;

    /// Reads the file for the first time.
    FileWatch(Path file) {
        this.file = file;
        this.taken = read();
        this.seen = taken;
    }

    /// The content that was yielded last, or read first.
    synchronized FileContent taken() {
        return taken;
    }

    /// Reads the file. Yields the content if it differs from that which was yielded last; a file that
    /// is gone has changed too.
    synchronized Optional<FileContent> changed() {
        FileContent now = read();
        boolean settled = now.equals(seen);
        seen = now;
        if (settled && !now.equals(taken)) {
            taken = now;
            return Optional.of(now);
        }
        return Optional.empty();
    }

    /// Reads the file, and yields the content even if it has not changed.
    synchronized FileContent take() {
        taken = read();
        seen = taken;
        return taken;
    }

    private FileContent read() {
        // to open a pipe would wait for somebody who writes to it
        return Files.isRegularFile(file) || !Files.exists(file)
                ? FileContent.of(file)
                : new FileContent.Unreadable("not a regular file any more");
    }
}
