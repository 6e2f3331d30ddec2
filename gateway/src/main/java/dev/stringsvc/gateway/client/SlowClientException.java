package dev.stringsvc.gateway.client;

import java.io.IOException;

/// The client sends its body more slowly than the minimum rate.
public final class SlowClientException extends IOException {
    private static final long serialVersionUID = 1;
}
