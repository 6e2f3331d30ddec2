package dev.stringsvc.gateway.server;

import java.io.IOException;

/// The client sends its body slower than it may.
final class SlowClientException extends IOException {
    private static final long serialVersionUID = 1;
}
