package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InputFileTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(folder.resolve("f"), "12345");
        permit("rw-------");
    }

    private void permit(String permissions) throws IOException {
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    @Test
    void reads_files_up_to_the_given_size() throws IOException {
        assertThat(InputFile.read(file, 5)).asString().isEqualTo("12345");
        assertThat(InputFile.beginning(file, 2)).asString().isEqualTo("12");
        assertThatThrownBy(() -> InputFile.read(file, 4))
                .isInstanceOf(IOException.class)
                .hasMessage("larger than 4 bytes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-rw-r--", "rw-r--rw-", "rwxrwxrwx", "rw--w----"})
    void says_who_else_may_write_and_how_to_stop_that(String permissions) throws IOException {
        permit(permissions);
        assertThat(InputFile.writableByOthers(file))
                .hasValueSatisfying(why -> assertThat(why).contains("chmod go-w " + file));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r--r--", "r--------", "rwxr-xr-x"})
    void a_file_that_others_only_read_is_accepted(String permissions) throws IOException {
        permit(permissions);
        assertThat(InputFile.writableByOthers(file)).isEmpty();
    }

    @Test
    void says_that_every_user_may_read_a_secret() throws IOException {
        permit("rw-r--r--");
        assertThat(InputFile.readableByAll(file))
                .hasValueSatisfying(why -> assertThat(why).contains("chmod o-r " + file));
        permit("rw-r-----");
        assertThat(InputFile.readableByAll(file)).isEmpty();
        assertThat(InputFile.readableByAll(folder.resolve("none"))).isEmpty();
    }

    @Test
    void tells_a_regular_file_from_others() throws IOException {
        assertThat(InputFile.isOther(file)).isFalse();
        assertThat(InputFile.isOther(folder.resolve("none"))).isFalse();
        assertThat(InputFile.isOther(folder)).isTrue();
        assertThat(InputFile.isOther(Files.createSymbolicLink(folder.resolve("link"), file)))
                .isTrue();
        assertThat(InputFile.isOther(Files.createSymbolicLink(folder.resolve("dangling"), folder.resolve("x"))))
                .isTrue();
    }
}
