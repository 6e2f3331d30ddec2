package dev.stringsvc.service.http;

import java.util.Locale;

/// How a call ended, by its name in the metrics: answered, rejected because the request was wrong, or
/// failed because of an error in the service.
enum Outcome {
    OK,
    REJECTED,
    FAILED;

    String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
