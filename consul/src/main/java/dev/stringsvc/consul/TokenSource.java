package dev.stringsvc.consul;

import dev.stringsvc.program.InputFile;
import dev.stringsvc.program.Secret;
import dev.stringsvc.program.SettingException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The current ACL token: a fixed one, or the content of a file, which is read again when it changes. While the
/// file cannot be read, the last token stays in use. No message shows a token. Thread-safe.
final class TokenSource {
    private static final Logger LOG = LoggerFactory.getLogger(TokenSource.class);
    private static final int MOST_BYTES = 4_096;

    private final Secret fixed;
    private final @Nullable Path file;
    private @Nullable Version version;
    private Secret token;
    private int generation;
    private String problem = "";

    /// Attributes by which a change of the file is noticed. A change is missed if the file is overwritten in place,
    /// with the same length and time.
    private record Version(
            FileTime modified, long size, @Nullable Object inode) {
        static Version of(Path file) throws IOException {
            var attributes = Files.readAttributes(file, BasicFileAttributes.class);
            return new Version(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
        }
    }

    private TokenSource(Secret fixed, @Nullable Path file) {
        this.fixed = fixed;
        this.file = file;
        this.token = fixed;
    }

    /// @param file the path of the file, or empty
    /// @throws SettingException when the file cannot be read or a token cannot be used
    static TokenSource of(Secret fixed, String file) {
        if (!isToken(fixed.value())) {
            throw new SettingException("token", "holds a character that cannot be part of a token");
        }
        if (file.isEmpty()) {
            return new TokenSource(fixed, null);
        }
        try {
            Path path = Path.of(file);
            var source = new TokenSource(fixed, path);
            source.read(path);
            return source;
        } catch (IOException | InvalidPathException e) {
            throw new SettingException(
                    "token-file", "expected a file with a token, and " + file + " cannot be read: " + reason(e), e);
        }
    }

    /// The token to send; empty for none.
    synchronized String current() {
        if (file != null) {
            try {
                if (!Version.of(file).equals(version)) {
                    read(file);
                }
            } catch (IOException e) {
                keep(e);
            }
        }
        return token.value();
    }

    /// Grows when the token changes.
    synchronized int generation() {
        var _ = current();
        return generation;
    }

    /// Reads the file again, whether it looks changed or not.
    ///
    /// @param refused the token that Consul did not accept
    /// @return true if there is another token now
    synchronized boolean replaces(String refused) {
        if (file != null) {
            try {
                read(file);
            } catch (IOException e) {
                keep(e);
            }
        }
        return !token.value().equals(refused);
    }

    private void read(Path file) throws IOException {
        Version before = Version.of(file); // before the read, so that a change during the read is noticed next time
        String text = new String(InputFile.read(file, MOST_BYTES), StandardCharsets.UTF_8).strip();
        if (!isToken(text)) {
            throw new IOException("it holds a character that cannot be part of a token");
        }
        if (version != null && text.isEmpty()) {
            throw new IOException("it is empty"); // somebody is writing it
        }
        Secret found = text.isEmpty() ? fixed : new Secret(text);
        if (version != null && !found.equals(token)) {
            LOG.info("Consul's token file {} holds another token, which is used from now on", file);
        }
        if (!found.equals(token)) {
            generation++;
        }
        token = found;
        version = before;
        problem = "";
    }

    private void keep(IOException e) {
        String now = reason(e);
        if (!now.equals(problem)) {
            problem = now;
            LOG.warn("Consul's token file {} cannot be read, going on with the token from before: {}", file, now);
        }
    }

    private static String reason(Exception e) {
        return switch (e) {
            case NoSuchFileException _ -> "there is no such file";
            case AccessDeniedException _ -> "permission denied";
            default -> Objects.requireNonNullElse(e.getMessage(), e.toString());
        };
    }

    private static boolean isToken(String text) {
        return text.chars().allMatch(c -> c > ' ' && c < 0x7f);
    }
}
