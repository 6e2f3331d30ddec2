package dev.stringsvc.gateway.config;

import dev.stringsvc.program.InputFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/// What one read of a file gave: its bytes, or why it has none. Two are equal if both say the same.
/// Immutable.
public sealed interface FileContent {
    /// The most bytes of a file; some ten thousand routes. What it becomes in memory is some 50 times
    /// as large.
    int MOST_BYTES = 2 << 20;

    /// All bytes of a file.
    final class Bytes implements FileContent {
        private final byte[] bytes;

        private Bytes(byte[] bytes) {
            this.bytes = bytes;
        }

        /// @throws CharacterCodingException when they are not UTF-8
        String text() throws CharacterCodingException {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Bytes that && Arrays.equals(bytes, that.bytes);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(bytes);
        }
    }

    /// The file cannot be read.
    ///
    /// @param why a clause for the operator
    record Unreadable(String why) implements FileContent {}

    /// Reads a file, a link to one, or a pipe such as `/dev/stdin`. Nothing beyond [#MOST_BYTES] is
    /// kept in memory.
    static FileContent of(Path file) {
        try {
            return new Bytes(InputFile.read(file, MOST_BYTES));
        } catch (NoSuchFileException e) {
            return new Unreadable("no such file");
        } catch (AccessDeniedException e) {
            return new Unreadable("permission denied");
        } catch (FileSystemException e) {
            return new Unreadable("cannot be read: " + e.getReason());
        } catch (IOException e) {
            return new Unreadable("cannot be read: " + e.getMessage());
        }
    }
}
