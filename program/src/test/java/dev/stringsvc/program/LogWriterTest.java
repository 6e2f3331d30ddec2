package dev.stringsvc.program;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogWriterTest {
    @Test
    void writes_every_line_of_many_threads_whole_and_in_each_threads_order() throws Exception {
        var out = new ByteArrayOutputStream();
        var writer = LogWriter.to(out, 1 << 20);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int t = 0; t < 50; t++) {
                int thread = t;
                threads.execute(() -> IntStream.range(0, 200).forEach(i -> writer.write(thread + ":" + i)));
            }
        }
        writer.close();
        var lines = out.toString(UTF_8).lines().toList();
        assertThat(lines).hasSize(10_000);
        for (int t = 0; t < 50; t++) {
            String prefix = t + ":";
            assertThat(lines.stream().filter(line -> line.startsWith(prefix)))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 200).mapToObj(i -> prefix + i).toList());
        }
    }

    @Test
    void a_stalled_reader_loses_counted_lines_and_never_blocks_the_caller() throws Exception {
        var stalled = new CountDownLatch(1);
        var release = new CountDownLatch(1);
        var written = new ByteArrayOutputStream();
        var out = new OutputStream() {
            @Override
            public void write(int b) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                stalled.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                written.write(bytes, from, length);
            }
        };
        Queue<String> complaints = new ConcurrentLinkedQueue<>();
        var writer = LogWriter.to(out, 10 * "line".length(), complaints::add);
        writer.write("first");
        stalled.await();
        for (int i = 0; i < 100; i++) {
            writer.write("line");
        }
        release.countDown();
        writer.close();
        assertThat(written.toString(UTF_8).lines().filter("line"::equals)).hasSize(10);
        assertThat(written.toString(UTF_8)).contains("level=warn msg=\"log lines dropped\" dropped=90");
        assertThat(writer.dropped()).isEqualTo(90);
        assertThat(complaints).singleElement().asString().contains("its reader is too slow");
    }

    @Test
    void a_stream_that_fails_does_not_end_the_writing() throws Exception {
        var failed = new CountDownLatch(1);
        var written = new ByteArrayOutputStream();
        var out = new OutputStream() {
            @Override
            public void write(int b) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void write(byte[] bytes, int from, int length) throws IOException {
                if (failed.getCount() > 0) {
                    failed.countDown();
                    throw new IOException("Broken pipe");
                }
                written.write(bytes, from, length);
            }
        };
        Queue<String> complaints = new ConcurrentLinkedQueue<>();
        var writer = LogWriter.to(out, 100, complaints::add);
        writer.write("nobody reads this");
        failed.await();
        writer.write("but this");
        writer.close();
        assertThat(written.toString(UTF_8)).isEqualTo("level=warn msg=\"log lines dropped\" dropped=1\nbut this\n");
        assertThat(complaints).singleElement().asString().contains("Broken pipe");
    }

    @Test
    void the_last_line_is_written_even_if_the_queue_is_full() {
        var out = new ByteArrayOutputStream();
        var writer = LogWriter.to(out, 0);
        assertThat(writer.writeLast("why")).isTrue();
        assertThat(out.toString(UTF_8)).isEqualTo("why\n");
    }

    @Test
    void reports_a_last_line_that_cannot_be_written() {
        var writer = LogWriter.to(
                new OutputStream() {
                    @Override
                    public void write(int b) throws IOException {
                        throw new IOException("no space left on device");
                    }
                },
                10);
        assertThat(writer.writeLast("why")).isFalse();
    }
}
