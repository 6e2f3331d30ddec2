package dev.stringsvc.program;

/// A text that is never printed: a token or a password.
///
/// @param value empty for none
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
