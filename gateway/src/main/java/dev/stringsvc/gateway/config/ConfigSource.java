package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.program.InputFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where the configuration comes from, each time it is loaded. Immutable, as long as nobody changes the flags.
///
/// @param flags laid over the file, in its shape
public record ConfigSource(Optional<Path> file, ObjectNode flags) {
    /// The most bytes of a file; some ten thousand routes. What it becomes in memory is some 50 times as large.
    public static final int MOST_BYTES = 2 << 20;

    /// @throws ConfigException when the file cannot be read, or something in it or in the flags is not valid
    public Configuration load() throws ConfigException {
        return ConfigLoader.load(this);
    }

    /// Loads it while another is live. A file that was cut to nothing, by a full disk for one, is no wish for every
    /// default then.
    ///
    /// @throws ConfigException as [#load], and when the file is empty
    public Configuration loadAgain() throws ConfigException {
        if (file.isPresent() && isEmpty(file.get())) {
            throw new ConfigException(file.get() + ":1: empty");
        }
        return load();
    }

    /// Why the file may be somebody else's, and how to mend that; empty where it is not, or there is none.
    public Optional<String> writableByOthers() {
        if (file.isEmpty() || !Files.isRegularFile(file.get())) {
            return Optional.empty();
        }
        try {
            return InputFile.writableByOthers(file.get());
        } catch (IOException _) {
            return Optional.empty(); // loading it says what is wrong
        }
    }

    private static boolean isEmpty(Path file) {
        try {
            return Files.isRegularFile(file) && ConfigLoader.read(file).isBlank();
        } catch (IOException _) {
            return false; // loading it says what is wrong
        }
    }
}
