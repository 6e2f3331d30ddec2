package dev.stringsvc.gateway.admin;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/// Files that come with the admin port's classes.
final class Bundled {
    private Bundled() {}

    /// @param name relative to this package
    static byte[] bytes(String name) {
        try (@Nullable InputStream in = Bundled.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program comes without " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
