package dev.stringsvc.gateway.client;

import java.nio.charset.StandardCharsets;

/// Writes a problem as a whole HTTP/1.1 response that closes its connection, for connections that Jetty
/// does not answer.
final class RawProblem {
    private RawProblem() {}

    /// @param field one more header field, `Name: value`
    static byte[] response(Problem problem, String field) {
        byte[] json = problem.json();
        String head = "HTTP/1.1 " + problem.status() + " " + problem.title() + "\r\nConnection: close\r\n" + field
                + "\r\nContent-Type: " + Problem.CONTENT_TYPE + "\r\nContent-Length: " + json.length + "\r\n\r\n";
        return (head + new String(json, StandardCharsets.UTF_8)).getBytes(StandardCharsets.UTF_8);
    }
}
