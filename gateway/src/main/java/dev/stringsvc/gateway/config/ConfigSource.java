package dev.stringsvc.gateway.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.program.InputFile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Where the configuration comes from, each time it is loaded. Immutable, as long as nobody changes the
/// flags.
///
/// @param flags laid over the file, in its shape
public record ConfigSource(Optional<Path> file, ObjectNode flags) {
    /// Reads the file and loads it.
    ///
    /// @throws ConfigException when the file cannot be read, or something in it or in the flags is not
    /// valid
    public Configuration load() throws ConfigException {
        return ConfigLoader.load(this, file.map(FileContent::of));
    }

    /// Loads what was read from the file.
    ///
    /// @throws ConfigException as [#load()]
    public Configuration load(FileContent content) throws ConfigException {
        return ConfigLoader.load(this, Optional.of(content));
    }

    /// Loads what was read from the file, while another configuration is live. An empty file, as a full
    /// disk leaves it, does not mean that every default is wanted then.
    ///
    /// @throws ConfigException as [#load()], and when the file is empty
    public Configuration loadAgain(FileContent content) throws ConfigException {
        if (isBlank(content)) {
            throw new ConfigException(file.orElseThrow() + ":1: empty");
        }
        return load(content);
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

    private static boolean isBlank(FileContent content) {
        try {
            return content instanceof FileContent.Bytes bytes && bytes.text().isBlank();
        } catch (CharacterCodingException _) {
            return false; // loading it says what is wrong
        }
    }
}
