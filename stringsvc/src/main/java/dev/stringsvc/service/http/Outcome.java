package dev.stringsvc.service.http;

import java.util.Locale;

/// How a call ended, as the metrics name it: answered, refused since the request was wrong, or not answered since the
/// service was.
enum Outcome {
    OK,
    REJECTED,
    FAILED;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
