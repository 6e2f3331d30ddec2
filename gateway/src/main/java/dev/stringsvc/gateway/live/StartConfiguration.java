package dev.stringsvc.gateway.live;

import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.config.ConfigSource;
import dev.stringsvc.gateway.config.Configuration;
import java.nio.file.Files;
import java.util.Optional;

/// The configuration that the gateway starts with, and the watch on its file.
///
/// @param file empty if there is none, or if it can be read once only, as a pipe
public record StartConfiguration(ConfigSource source, Optional<FileWatch> file, Configuration configuration) {
    /// Reads the file once and loads what was read, so that the watch misses no change.
    ///
    /// @throws ConfigException when the file cannot be read, or the configuration is not valid
    public static StartConfiguration load(ConfigSource source) throws ConfigException {
        Optional<FileWatch> file = source.file().filter(Files::isRegularFile).map(FileWatch::new);
        Configuration configuration = file.isPresent() ? source.load(file.get().taken()) : source.load();
        return new StartConfiguration(source, file, configuration);
    }
}
