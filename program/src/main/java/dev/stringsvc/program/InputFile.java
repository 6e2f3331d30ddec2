package dev.stringsvc.program;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileOwnerAttributeView;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads small files that a program is given, and judges who else may change or read them. Where the file system has
/// no POSIX permissions, nobody else may.
public final class InputFile {
    private static final Path SELF = Path.of("/proc/self");
    private static final String ROOT = "root";

    private InputFile() {}

    /// The whole content of a file, a link to one, or a pipe.
    ///
    /// @param most the most bytes that it may have
    /// @throws IOException when it cannot be read or is larger; nothing beyond `most` is kept in memory then
    public static byte[] read(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(most);
            if (in.read() >= 0) {
                throw new IOException("larger than " + most + " bytes");
            }
            return content;
        }
    }

    /// The first bytes of a file, or all where it has no more.
    ///
    /// @throws IOException when it cannot be read
    public static byte[] beginning(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(most);
        }
    }

    /// Why the content of a file may be somebody else's: a clause that says who may write it and how to
    /// mend that; empty where only this process's user and root may.
    ///
    /// @throws IOException when the file's attributes cannot be read
    public static Optional<String> writableByOthers(Path file) throws IOException {
        @Nullable PosixFileAttributes attributes = attributes(file);
        if (attributes == null) {
            return Optional.empty();
        }
        String owner = attributes.owner().getName();
        if (!owner.equals(ROOT) && !owner.equals(user(owner))) {
            return Optional.of(
                    "it belongs to the user " + owner + "; mend that with: chown " + user(owner) + " " + file);
        }
        if (attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
                || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            return Optional.of("other users may write it; mend that with: chmod go-w " + file);
        }
        return Optional.empty();
    }

    /// Why the content of a file is no secret: a clause that says so and how to mend that; empty where not every user
    /// may read it, or nobody can tell.
    public static Optional<String> readableByAll(Path file) {
        try {
            @Nullable PosixFileAttributes attributes = attributes(file);
            return attributes != null && attributes.permissions().contains(PosixFilePermission.OTHERS_READ)
                    ? Optional.of("every user of this machine may read it; mend that with: chmod o-r " + file)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // reading it says what is wrong
        }
    }

    private static @Nullable PosixFileAttributes attributes(Path file) throws IOException {
        @Nullable PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        return view == null ? null : view.readAttributes();
    }

    /// The user of this process, as owners are named.
    ///
    /// @param otherwise what to take where that cannot be found out
    private static String user(String otherwise) {
        try {
            @Nullable FileOwnerAttributeView view = Files.getFileAttributeView(SELF, FileOwnerAttributeView.class);
            return view == null ? otherwise : view.getOwner().getName();
        } catch (IOException e) {
            return otherwise; // no Linux
        }
    }

    /// True if there is something at the path and it is neither a file nor absent: a link, a directory, a pipe or a
    /// device.
    public static boolean isOther(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }
}
