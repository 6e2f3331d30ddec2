package dev.stringsvc.gateway.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.config.FileContent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileWatchTest {
    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void write() throws Exception {
        file = Files.writeString(folder.resolve("gateway.yaml"), "port: 1");
    }

    private void assertChangesOnce(FileWatch watch) {
        assertThat(watch.changed()).as("while it may still be written").isEmpty();
        assertThat(watch.changed()).hasValue(FileContent.of(file));
        assertThat(watch.changed()).isEmpty();
    }

    @Test
    void what_is_touched_and_has_the_same_content_has_not_changed() throws Exception {
        var watch = new FileWatch(file);
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(5)));
        assertThat(watch.changed()).isEmpty();
        assertThat(watch.changed()).isEmpty();
    }

    @Test
    void content_of_the_same_length_and_age_has_changed() throws Exception {
        var watch = new FileWatch(file);
        FileTime age = Files.getLastModifiedTime(file);
        Files.writeString(file, "port: 2");
        Files.setLastModifiedTime(file, age);
        assertChangesOnce(watch);
    }

    @Test
    void what_was_taken_is_no_news() throws Exception {
        var watch = new FileWatch(file);
        Files.writeString(file, "port: 2");
        watch.take();
        assertThat(watch.changed()).isEmpty();
        Files.writeString(file, "port: 3");
        assertChangesOnce(watch);
    }

    @Test
    void a_file_that_is_being_written_is_waited_for() throws Exception {
        var watch = new FileWatch(file);
        for (String part : new String[] {"", "po", "port: "}) {
            Files.writeString(file, part);
            assertThat(watch.changed()).isEmpty();
        }
        Files.writeString(file, "port: 3");
        assertChangesOnce(watch);
    }

    @Test
    void a_file_that_is_renamed_over_it_is_seen() throws Exception {
        var watch = new FileWatch(file);
        Path next = Files.writeString(folder.resolve("next"), "port: 2");
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertChangesOnce(watch);
    }

    @Test
    void a_folder_that_is_swapped_beneath_a_link_is_seen() throws Exception {
        Path old = Files.createDirectory(folder.resolve("..1"));
        Path next = Files.createDirectory(folder.resolve("..2"));
        Files.writeString(old.resolve("mounted.yaml"), "port: 1");
        Files.writeString(next.resolve("mounted.yaml"), "port: 2");
        Path data = Files.createSymbolicLink(folder.resolve("..data"), old.getFileName());
        Path mounted = Files.createSymbolicLink(folder.resolve("mounted.yaml"), Path.of("..data", "mounted.yaml"));
        var watch = new FileWatch(mounted);
        Path swap = Files.createSymbolicLink(folder.resolve("..swap"), next.getFileName());
        Files.move(swap, data, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertThat(watch.changed()).isEmpty();
        assertThat(watch.changed()).hasValue(FileContent.of(mounted));
    }

    @Test
    void a_file_that_is_gone_has_changed_and_so_has_one_that_is_back_with_other_content() throws Exception {
        var watch = new FileWatch(file);
        Files.delete(file);
        assertChangesOnce(watch);
        Files.writeString(file, "port: 2");
        assertChangesOnce(watch);
    }

    @Test
    void what_it_yields_is_what_it_compared_and_not_read_anew() throws Exception {
        var watch = new FileWatch(file);
        FileContent first = FileContent.of(file);
        Files.writeString(file, "port: 2");
        assertThat(watch.taken()).isEqualTo(first);
        FileContent second = watch.take();
        Files.writeString(file, "port: 3");
        assertThat(watch.taken()).isEqualTo(second).isNotEqualTo(first);
    }

    @Test
    void what_is_not_a_file_any_more_is_not_opened() throws Exception {
        var watch = new FileWatch(file);
        Files.delete(file);
        Files.createDirectory(file);
        assertThat(watch.changed()).isEmpty();
        assertThat(watch.changed()).hasValue(new FileContent.Unreadable("not a regular file any more"));
    }
}
