package dev.stringsvc.gateway.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;

class ClientConnectionTest {
    private static final Duration LONG = Duration.ofSeconds(10);

    @Test
    void second_thread_does_not_read_before_the_first_has_let_go_of_the_buffer() throws Exception {
        var threads = new SlowFirst();
        var server = new Server(threads);
        var connector = new ClientConnector(
                server,
                new HttpPort.Settings(
                        "127.0.0.1",
                        0,
                        ClientProtocols.PLAIN,
                        new ClientTimeouts(LONG, LONG, LONG),
                        ConnectionLimit.of(100),
                        8_192,
                        HttpPort.Paths.STRICT),
                new HttpConfiguration(),
                exchange -> {});
        server.addConnector(connector);
        server.start();
        try (var client = new Socket(InetAddress.getLoopbackAddress(), connector.getLocalPort())) {
            client.getOutputStream().write("GET / HTTP/1.1\r\nNo Colon\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            client.shutdownOutput();
            assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .startsWith("HTTP/1.1 400 ");
            assertThat(threads.secondWhileFirst.get(20, TimeUnit.SECONDS)).isEqualTo(Thread.State.WAITING);
        } finally {
            server.stop();
        }
    }

    /// Runs a connection's second thread as far as it can go before the first thread continues.
    private static final class SlowFirst extends QueuedThreadPool {
        final CompletableFuture<Thread.State> secondWhileFirst = new CompletableFuture<>();

        /// The job of the connection's second thread.
        @Override
        public boolean tryExecute(Runnable task) {
            if (HttpConnection.getCurrentConnection() == null) {
                return super.tryExecute(task);
            }
            Thread answering = new Thread(task);
            answering.start();
            awaitState(answering, Thread.State.TERMINATED);
            return true;
        }

        @Override
        public void execute(Runnable task) {
            if (task instanceof HttpConnection) {
                Thread second = new Thread(task);
                second.start();
                secondWhileFirst.complete(awaitState(second, Thread.State.TERMINATED, Thread.State.WAITING));
            } else {
                super.execute(task);
            }
        }

        private static Thread.State awaitState(Thread thread, Thread.State... states) {
            return await().pollInterval(Duration.ofMillis(5))
                    .until(thread::getState, state -> List.of(states).contains(state));
        }
    }
}
