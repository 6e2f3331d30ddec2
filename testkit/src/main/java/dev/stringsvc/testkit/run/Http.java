package dev.stringsvc.testkit.run;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// HTTP requests to a program on this machine.
final class Http {
    private static final int PATIENCE_MS = 5_000;

    private Http() {}

    /// The response body if the status is 200, else empty.
    static Optional<String> get(int port, String path) {
        try {
            var call = (HttpURLConnection)
                    URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
            call.setConnectTimeout(PATIENCE_MS);
            call.setReadTimeout(PATIENCE_MS);
            try (var body = call.getInputStream()) {
                return call.getResponseCode() == HttpURLConnection.HTTP_OK
                        ? Optional.of(new String(body.readAllBytes(), StandardCharsets.UTF_8))
                        : Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
