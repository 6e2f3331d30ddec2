package dev.stringsvc.testkit.run;

/// Thrown if the system cannot run. The message is one line for the user.
final class RunFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RunFailure(String message) {
        super(message);
    }
}
