package dev.stringsvc.hotels.data;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Reads the files of this package.
public final class DataFile {
    private static final ObjectMapper JSON = new ObjectMapper();

    private DataFile() {}

    /// A file that is a list of objects.
    public static <T> List<T> list(String name, Class<T> type) {
        try {
            return JSON.readValue(text(name), JSON.getTypeFactory().constructCollectionType(List.class, type));
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }

    /// The whole file.
    public static String text(String name) {
        try (@Nullable InputStream in = DataFile.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program comes without " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(name, e);
        }
    }
}
