package dev.stringsvc.service;

import dev.stringsvc.program.InputFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds Consul's ACL token where Consul's own tools look for it. No message of this class shows the token.
final class ConsulToken {
    private static final String VARIABLE = "CONSUL_HTTP_TOKEN";
    private static final String FILE_VARIABLE = "CONSUL_HTTP_TOKEN_FILE";

    private static final int MOST_BYTES = 4_096;

    private ConsulToken() {}

    /// @throws IllegalArgumentException with a sentence for the user where the file can't be read or the token can't
    /// be
    static Optional<String> of(Map<String, String> environment) {
        String token = environment.getOrDefault(VARIABLE, "").strip();
        @Nullable String file = environment.get(FILE_VARIABLE);
        if (token.isEmpty() && file != null && !file.isBlank()) {
            token = read(file.strip());
        }
        if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("Consul's token holds characters that no token has");
        }
        return token.isEmpty() ? Optional.empty() : Optional.of(token);
    }

    private static String read(String file) {
        try {
            return new String(InputFile.read(Path.of(file), MOST_BYTES), StandardCharsets.UTF_8).strip();
        } catch (IOException | InvalidPathException e) {
            throw new IllegalArgumentException(FILE_VARIABLE + ": cannot read '" + file + "'", e);
        }
    }
}
