package dev.stringsvc.gateway.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.http.UpstreamBrokenException;
import dev.stringsvc.gateway.http.UpstreamResponse;
import dev.stringsvc.gateway.transport.http1.Http1Transports;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;

/// Responses over TLS that end with their connection: they are complete only if close_notify was sent.
class TlsEndTest {
    private static final TestCertificate CERTIFICATE = TestCertificate.of("ip:127.0.0.1", "EC");

    @Test
    void answer_whose_goodbye_comes_right_behind_it_is_whole() throws Exception {
        assertThat(fetch(true)).isEqualTo("to the end");
    }

    @Test
    void answer_without_a_goodbye_is_cut_short() {
        assertThatThrownBy(() -> fetch(false)).isInstanceOf(UpstreamBrokenException.class);
    }

    private static String fetch(boolean goodbye) throws Exception {
        SSLContext context = CERTIFICATE.context();
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var watchdog = Watchdog.start();
                var transports = new Http1Transports(TransportFixture.LONG, TransportFixture.PAUSES, watchdog)) {
            var ended = new CompletableFuture<Boolean>();
            Thread.startVirtualThread(() -> {
                try {
                    ended.complete(answer(server, context, goodbye));
                } catch (Exception e) {
                    ended.completeExceptionally(e);
                }
            });
            Transport transport = transports.open("127.0.0.1", server.getLocalPort(), context, "127.0.0.1");
            AttemptResult result = transport.execute(TransportFixture.get("/"), TransportFixture.LONG);
            try (UpstreamResponse response = ((AttemptResult.Responded) result).response()) {
                assertThat(ended.get()).isTrue(); // so all bytes are here at once
                return TransportFixture.body(response);
            } finally {
                transport.close();
            }
        }
    }

    private static boolean answer(ServerSocket server, SSLContext context, boolean goodbye) throws Exception {
        try (var tcp = server.accept();
                var tls = (SSLSocket) context.getSocketFactory().createSocket(tcp, null, false)) {
            tls.setUseClientMode(false);
            HttpMessage.readRequest(tls.getInputStream());
            tls.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            tls.getOutputStream().write("to the end".getBytes(StandardCharsets.US_ASCII));
            if (goodbye) {
                tls.shutdownOutput();
            }
            tcp.shutdownOutput();
            return true;
        }
    }
}
