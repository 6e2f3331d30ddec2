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

/// Reads small files that a program is given, and checks who else may change or read them. On a file
/// system without POSIX permissions the checks find nothing.
public final class InputFile {
    private static final Path SELF = Path.of("/proc/self");
    private static final String ROOT = "root";

    private InputFile() {}

    /// The whole content of a file, of a file behind a link, or of a pipe.
    ///
    /// @param most the largest allowed size, in bytes
    /// @throws IOException if it cannot be read or is larger; never keeps more than `most` bytes in
    /// memory
    public static byte[] read(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] content = in.readNBytes(most);
            if (in.read() >= 0) {
                throw new IOException("larger than " + most + " bytes");
            }
            return content;
        }
    }

    /// The first bytes of a file, at most `most`.
    ///
    /// @throws IOException if it cannot be read
    public static byte[] beginning(Path file, int most) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(most);
        }
    }

    /// Says if users other than root and this process's user can change the file: a clause with who
    /// can, and the command that stops it. Empty if nobody else can.
    ///
    /// @throws IOException if the file's attributes cannot be read
    public static Optional<String> writableByOthers(Path file) throws IOException {
        @Nullable PosixFileAttributes attributes = attributes(file);
        if (attributes == null) {
            return Optional.empty();
        }
        String owner = attributes.owner().getName();
        if (!owner.equals(ROOT) && !owner.equals(user(owner))) {
            return Optional.of("it belongs to the user " + owner + "; to fix: chown " + user(owner) + " " + file);
        }
        if (attributes.permissions().contains(PosixFilePermission.GROUP_WRITE)
                || attributes.permissions().contains(PosixFilePermission.OTHERS_WRITE)) {
            return Optional.of("other users may write it; to fix: chmod go-w " + file);
        }
        return Optional.empty();
    }

    /// Says if every user can read the file: a clause with the command that stops it. Empty if not, or
    /// if that cannot be found out.
    public static Optional<String> readableByAll(Path file) {
        try {
            @Nullable PosixFileAttributes attributes = attributes(file);
            return attributes != null && attributes.permissions().contains(PosixFilePermission.OTHERS_READ)
                    ? Optional.of("every user of this machine may read it; to fix: chmod o-r " + file)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty(); // reading the file will report the error
        }
    }

    private static @Nullable PosixFileAttributes attributes(Path file) throws IOException {
        @Nullable PosixFileAttributeView view = Files.getFileAttributeView(file, PosixFileAttributeView.class);
        return view == null ? null : view.readAttributes();
    }

    /// The name of this process's user, in the form that file owners have.
    ///
    /// @param otherwise the result if that cannot be found out
    private static String user(String otherwise) {
        try {
            @Nullable FileOwnerAttributeView view = Files.getFileAttributeView(SELF, FileOwnerAttributeView.class);
            return view == null ? otherwise : view.getOwner().getName();
        } catch (IOException e) {
            return otherwise; // not Linux
        }
    }

    /// True if the path exists and is not a regular file, but a link, a directory, a pipe or a device.
    public static boolean isOther(Path file) {
        return Files.exists(file, LinkOption.NOFOLLOW_LINKS) && !Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
    }
}
