package dev.stringsvc.gateway;

import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Records what a client received on its WebSocket, each event as a line: `text hi`, `binary 1024`,
/// `pong x`, `close 1001`, `error`.
final class WebSocketListener implements WebSocket.Listener {
    private final LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final StringBuilder text = new StringBuilder();
    private long binary;

    /// The next event.
    String next() throws InterruptedException {
        @Nullable String event = heard.poll(10, TimeUnit.SECONDS);
        return event == null ? "nothing" : event;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
        text.append(data);
        if (last) {
            heard.add("text " + text);
            text.setLength(0);
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onBinary(WebSocket webSocket, ByteBuffer data, boolean last) {
        binary += data.remaining();
        if (last) {
            heard.add("binary " + binary);
            binary = 0;
        }
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPing(WebSocket webSocket, ByteBuffer message) {
        heard.add("ping");
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onPong(WebSocket webSocket, ByteBuffer message) {
        byte[] payload = new byte[message.remaining()];
        message.get(payload);
        heard.add("pong " + new String(payload, java.nio.charset.StandardCharsets.UTF_8));
        webSocket.request(1);
        return null;
    }

    @Override
    public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int statusCode, String reason) {
        heard.add("close " + statusCode + (reason.isEmpty() ? "" : " " + reason));
        return null;
    }

    @Override
    public void onError(WebSocket webSocket, Throwable error) {
        heard.add("error");
    }
}
