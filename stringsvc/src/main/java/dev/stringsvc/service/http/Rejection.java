package dev.stringsvc.service.http;

/// A request that cannot be served: a 4xx status and a sentence for the caller.
final class Rejection extends RuntimeException {
    private final int status;

    Rejection(int status, String sentence) {
        super(sentence, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }

    String sentence() {
        return String.valueOf(getMessage());
    }
}
