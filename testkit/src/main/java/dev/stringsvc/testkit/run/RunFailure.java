package dev.stringsvc.testkit.run;

/// Why the system cannot run, in one line for the user.
final class RunFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RunFailure(String message) {
        super(message);
    }
}
