package dev.stringsvc.program;

/// Thrown if a setting has a value that cannot be used. The message is the setting's key, a colon, and
/// the problem.
public final class SettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String key;
    private final String problem;

    public SettingException(String key, String problem) {
        super(key + ": " + problem);
        this.key = key;
        this.problem = problem;
    }

    public SettingException(String key, String problem, Throwable cause) {
        super(key + ": " + problem, cause);
        this.key = key;
        this.problem = problem;
    }

    /// The setting's key within the section that was read, such as `tls.ca`.
    public String key() {
        return key;
    }

    /// What was expected and what was found.
    public String problem() {
        return problem;
    }
}
