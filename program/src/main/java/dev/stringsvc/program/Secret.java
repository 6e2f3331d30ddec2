package dev.stringsvc.program;

/// A text that is never printed, such as a token or a password.
///
/// @param value empty if there is no secret
public record Secret(String value) {
    /// No secret.
    public static final Secret NONE = new Secret("");

    public boolean isEmpty() {
        return value.isEmpty();
    }

    @Override
    public String toString() {
        return "***";
    }
}
