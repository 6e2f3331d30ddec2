package dev.stringsvc.etcd;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stringsvc.program.InputFile;
import dev.stringsvc.program.Secret;
import dev.stringsvc.program.SettingException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;

/// Who calls etcd. An empty text stands for a setting that is not given.
///
/// @param name without it, calls have no user
/// @param password the user's password
/// @param passwordFile a file that holds the password; it wins over `password`
public record EtcdUser(String name, Secret password, String passwordFile) {
    /// Calls have no user.
    public static final EtcdUser NOBODY = new EtcdUser("", Secret.NONE, "");

    private static final int MOST_BYTES = 4_096;

    /// Reads the file once, to see that it can be used.
    ///
    /// @throws SettingException if it cannot be, or a password has no user
    public EtcdUser {
        if (name.isEmpty() && !(password.isEmpty() && passwordFile.isEmpty())) {
            throw new SettingException("username", "expected the user of the password");
        }
        if (!passwordFile.isEmpty()) {
            try {
                var _ = read(passwordFile);
            } catch (IOException e) {
                throw new SettingException(
                        "password-file", "expected a file with a password, and " + e.getMessage(), e);
            }
        }
    }

    /// A user whose password is given.
    public EtcdUser(String name, Secret password) {
        this(name, password, "");
    }

    /// The password of the moment: the file is read again each time.
    ///
    /// @throws IOException if the file cannot be read; the message names it
    Secret current() throws IOException {
        return passwordFile.isEmpty() ? password : read(passwordFile);
    }

    private static Secret read(String file) throws IOException {
        try {
            String text = new String(InputFile.read(Path.of(file), MOST_BYTES), UTF_8).strip();
            if (text.isEmpty()) {
                throw new IOException("it is empty");
            }
            return new Secret(text);
        } catch (IOException | InvalidPathException e) {
            throw new IOException(file + " cannot be read: " + reason(e), e);
        }
    }

    private static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "permission denied";
            default -> Objects.requireNonNullElse(e.getMessage(), e.toString());
        };
    }
}
