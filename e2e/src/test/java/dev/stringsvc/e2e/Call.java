package dev.stringsvc.e2e;

import java.util.regex.Pattern;

/// A request that a client sends, and the pattern of a complete answer to it.
enum Call {
    /// A POST that the gateway may repeat, because its route is idempotent.
    UPPERCASE("/stringsvc/uppercase", "{\"s\": \"foo\"}", "\\{\"v\":\"FOO\"}\\s*"),
    /// A POST that must not be repeated.
    NOTIFICATOR(
            "/stringsvc/notificator", "{\"email\": \"test\", \"content\": \"Hi\"}", "\\{\"id\":\"[0-9a-f-]{36}\"}\\s*");

    private final String path;
    private final String json;
    private final Pattern answer;

    Call(String path, String json, String answer) {
        this.path = path;
        this.json = json;
        this.answer = Pattern.compile(answer);
    }

    String path() {
        return path;
    }

    String json() {
        return json;
    }

    boolean answeredBy(String body) {
        return answer.matcher(body).matches();
    }
}
