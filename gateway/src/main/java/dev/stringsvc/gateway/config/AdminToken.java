package dev.stringsvc.gateway.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.stringsvc.program.InputFile;
import dev.stringsvc.program.Secret;
import dev.stringsvc.program.SettingException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// The token that requests to the admin port must carry.
///
/// @param value empty if the port asks for none
/// @param file the file that holds it; empty for none
/// @param made true if the gateway has just made the file, so that nobody knows the token yet
public record AdminToken(Secret value, String file, boolean made) {
    static final String EXPECTED = "at least 16 characters, all of them visible ASCII";
    private static final int LEAST_CHARACTERS = 16;
    private static final int MOST_BYTES = 4_096;
    private static final int RANDOM_BYTES = 32;

    /// Why everybody can read the file, and how to mend that; empty if not, or if there is no file.
    public Optional<String> readableByAll() {
        return file.isEmpty() ? Optional.empty() : InputFile.readableByAll(Path.of(file));
    }

    /// Says where the page is, for the log. The link holds the token only if the gateway has made it: then it is
    /// random, and nobody could know it otherwise. It stands in the fragment, which browsers send to nobody.
    ///
    /// @param address of the page, with a slash at its end
    String page(String address) {
        if (value.isEmpty()) {
            return "admin page: " + address;
        }
        return made
                ? "admin page: " + address + "#token=" + value.value() + " (the token is new, and kept in " + file + ")"
                : "admin page: " + address + ", which asks for the token" + (file.isEmpty() ? "" : " in " + file);
    }

    /// Reads the token. If its file does not exist, makes it with a random token.
    ///
    /// @throws SettingException if the file can be neither read nor made, or its token cannot be used
    static AdminToken read(Secret given, String file) {
        if (file.isEmpty()) {
            return new AdminToken(given, "", false);
        }
        try {
            Path path = Path.of(file);
            boolean made = Files.notExists(path) && make(path);
            String text = new String(InputFile.read(path, MOST_BYTES), UTF_8).strip();
            if (!isUsable(text)) {
                throw new IOException("it must hold " + EXPECTED);
            }
            return new AdminToken(new Secret(text), file, made);
        } catch (IOException | InvalidPathException e) {
            throw new SettingException(
                    "token-file", "expected a file with a token, and " + file + " cannot be used: " + reason(e), e);
        }
    }

    static boolean isUsable(String token) {
        return token.length() >= LEAST_CHARACTERS && token.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }

    /// Makes the file, for this user alone.
    ///
    /// @return false if another process has made it in the meantime
    private static boolean make(Path path) throws IOException {
        byte[] random = new byte[RANDOM_BYTES];
        new SecureRandom().nextBytes(random);
        String token = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + "\n";
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] permissions = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
        try (var out = Files.newByteChannel(
                path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), permissions)) {
            var bytes = UTF_8.encode(token);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            return true;
        } catch (FileAlreadyExistsException e) {
            return false;
        }
    }

    private static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> "its folder does not exist";
            case AccessDeniedException _ -> "permission denied";
            default -> Objects.requireNonNullElse(e.getMessage(), e.toString());
        };
    }
}
