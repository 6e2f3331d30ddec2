package dev.stringsvc.gateway.admin;

/// A request to the admin port that is answered with an error.
final class Refusal extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String detail;

    /// @param detail a sentence for the client
    Refusal(int status, String detail) {
        super(detail);
        this.status = status;
        this.detail = detail;
    }

    int status() {
        return status;
    }

    String detail() {
        return detail;
    }
}
