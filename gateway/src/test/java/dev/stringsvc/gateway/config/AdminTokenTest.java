package dev.stringsvc.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.program.Secret;
import dev.stringsvc.program.SettingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AdminTokenTest {
    private static final Secret GIVEN = new Secret("sixteen-letters-");

    @TempDir
    private Path folder;

    @Test
    void a_file_that_does_not_exist_gets_a_random_token_for_this_user_alone() throws Exception {
        Path file = folder.resolve("token");
        AdminToken made = AdminToken.read(Secret.NONE, file.toString());
        assertThat(made.made()).isTrue();
        assertThat(made.value().value()).hasSize(43);
        assertThat(Files.readString(file)).isEqualTo(made.value().value() + "\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(made.readableByAll()).isEmpty();

        AdminToken again = AdminToken.read(GIVEN, file.toString());
        assertThat(again.made()).isFalse();
        assertThat(again.value()).isEqualTo(made.value());
        assertThat(AdminToken.read(Secret.NONE, folder.resolve("other").toString())
                        .value())
                .isNotEqualTo(made.value());
    }

    @Test
    void only_a_new_token_stands_in_the_log() {
        String file = folder.resolve("token").toString();
        AdminToken made = AdminToken.read(Secret.NONE, file);
        String token = made.value().value();
        assertThat(made.page("http://127.0.0.1:8081/"))
                .isEqualTo("admin page: http://127.0.0.1:8081/#token=" + token + " (the token is new, and kept in "
                        + file + ")");
        assertThat(AdminToken.read(Secret.NONE, file).page("http://127.0.0.1:8081/"))
                .contains("http://127.0.0.1:8081/", file)
                .doesNotContain(token);
        assertThat(AdminToken.read(GIVEN, "").page("http://127.0.0.1:8081/")).doesNotContain(GIVEN.value());
        assertThat(made).asString().doesNotContain(token);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "fifteen-letters\n", "sixteen letters!", "sixteen-letters\u00e9"})
    void a_file_without_a_token_is_refused_and_not_shown(String content) throws Exception {
        Path file = Files.writeString(folder.resolve("token"), content);
        assertThatThrownBy(() -> AdminToken.read(GIVEN, file.toString()))
                .isInstanceOf(SettingException.class)
                .hasMessage("token-file: expected a file with a token, and " + file
                        + " cannot be used: it must hold at least 16 characters, all of them visible ASCII");
    }

    @Test
    void a_file_in_no_folder_is_refused() {
        assertThatThrownBy(() -> AdminToken.read(
                        GIVEN, folder.resolve("none").resolve("token").toString()))
                .hasMessageEndingWith("cannot be used: its folder does not exist");
    }
}
