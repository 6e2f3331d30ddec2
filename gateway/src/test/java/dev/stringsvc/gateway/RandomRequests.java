package dev.stringsvc.gateway;

import java.util.List;
import java.util.Random;

/// Generates valid but unusual requests and spoils some of them. One character per byte.
final class RandomRequests {
    private static final List<String> METHODS = List.of(
            "GET",
            "GET",
            "GET",
            "HEAD",
            "POST",
            "POST",
            "PUT",
            "PATCH",
            "DELETE",
            "OPTIONS",
            "PROPFIND",
            "QUERY",
            "M-X!");
    private static final String UNRESERVED = "abcXYZ019-._~";
    private static final String IN_PATH = UNRESERVED + "!$&'()*+,=:@[]{}|^`\"";
    private static final String IN_QUERY = IN_PATH + "/?;<>\\%";
    private static final String IN_NAME = "abcXYZ019!#$%&'*+-.^_`|~";
    private static final String IN_VALUE = IN_QUERY + "#\t ";
    private static final List<String> IN_CODE = List.of(
            "%20", "%41", "%7e", "%c3%a9", "%E2%82%AC", "%25", "%22", "%3a", "%3F", "%23", "%2d", "%5B", "%2520");
    private static final List<String> FIELDS = List.of(
            "Accept: */*",
            "Accept: TEXT/HTML",
            "Accept-Encoding: GZIP, br",
            "Accept-Language: EN-us",
            "Cache-Control: NO-cache",
            "Content-Type: TEXT/Plain",
            "content-type: application/JSON; Charset=UTF-8",
            "Cookie: a=1; b=\"2\"",
            "Expect: 100-continue",
            "Forwarded: for=6.6.6.6",
            "If-None-Match: W/\"x\"",
            "Keep-Alive: timeout=5",
            "Proxy-Connection: keep-alive",
            "Range: bytes=0-1",
            "Referer: http://a/?b",
            "TE: trailers",
            "User-Agent: fuzz/1",
            "Via: 1.0 before",
            "X-Forwarded-For: 6.6.6.6",
            "X-Request-Id: \"odd\"",
            "Connection: X-Dropped, keep-alive\r\nX-Dropped: 1",
            "x-dropped: 2\r\nConnection: x-dropped");
    static final List<String> SPOILERS = List.of(
            "\r",
            "\n",
            "\r\n",
            "\r\n\r\n",
            "\0",
            " ",
            "\t",
            ":",
            ";",
            ",",
            "%",
            "/",
            "/../",
            "%2e%2e",
            "%2f",
            "#",
            "?",
            "\\",
            "\"",
            "\u0080",
            "\u00ff",
            "\u007f",
            "0",
            "1",
            "-",
            "+",
            "x",
            "0\r\n\r\n",
            "GET /svc HTTP/1.1\r\n",
            "\r\n ",
            "\r\nHost: b");
    static final List<String> SPOILED_FIELDS = List.of(
            "Content-Length: 0",
            "Content-Length: 3",
            "Content-Length: 3, 3",
            "Content-Length: 0x3",
            "Content-Length : 3",
            "Content-Length:\t3 ",
            "Transfer-Encoding: chunked",
            "Transfer-Encoding: Chunked",
            "Transfer-Encoding: identity",
            "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding:\u000bchunked",
            "Transfer-Encoding : chunked",
            "X: y\nTransfer-Encoding: chunked",
            "X: y\rContent-Length: 9",
            " Transfer-Encoding: chunked",
            "Host: other",
            "Connection: close",
            "Connection: Content-Length, Host, Transfer-Encoding",
            "Upgrade: h2c",
            "X-\u00e9: 1",
            "X-A: \u00e9",
            ": empty",
            "none");

    private final Random random;

    RandomRequests(Random random) {
        this.random = random;
    }

    /// A valid request to the route `/svc` that every server accepts.
    String valid() {
        String method = pick(METHODS);
        var head = new StringBuilder(method).append(' ').append(target()).append(" HTTP/1.1\r\n");
        boolean hostFirst = random.nextBoolean();
        head.append(hostFirst ? "Host: gw\r\n" : "");
        for (int i = random.nextInt(8); i > 0; i--) {
            head.append(field()).append("\r\n");
        }
        head.append(hostFirst ? "" : "hOST:gw  \r\n");
        boolean bodiless = method.equals("GET") || method.equals("HEAD");
        return switch (bodiless ? 0 : random.nextInt(3)) {
            case 1 -> {
                String body = bytes(random.nextInt(300));
                yield head + "Content-Length: " + body.length() + "\r\n\r\n" + body;
            }
            case 2 -> head + "Transfer-Encoding: chunked\r\n\r\n" + chunks();
            default -> head + "\r\n";
        };
    }

    private String target() {
        var target = new StringBuilder("/svc");
        for (int i = random.nextInt(4); i > 0; i--) {
            target.append("/x").append(text(IN_PATH, random.nextInt(5)));
            target.append(random.nextInt(3) == 0 ? pick(IN_CODE) + "~" : "");
            target.append(random.nextInt(9) == 0 ? "/" : "").append(random.nextInt(9) == 0 ? ";p=1" : "");
        }
        return target.append(random.nextInt(3) == 0 ? "?" + text(IN_QUERY, random.nextInt(20)) : "")
                .toString();
    }

    private String field() {
        if (random.nextInt(3) == 0) {
            return pick(FIELDS);
        }
        String value = text(IN_VALUE, random.nextInt(30)) + (random.nextInt(5) == 0 ? "\u00c3\u00a9" : "");
        return "X-" + text(IN_NAME, 1 + random.nextInt(3)) + ":" + (random.nextBoolean() ? " " : "") + value;
    }

    private String chunks() {
        var chunks = new StringBuilder();
        for (int i = random.nextInt(4); i > 0; i--) {
            String chunk = bytes(1 + random.nextInt(100));
            chunks.append(random.nextBoolean() ? "0" : "").append(Integer.toHexString(chunk.length()));
            chunks.append(random.nextInt(4) == 0 ? ";a=b" : "")
                    .append("\r\n")
                    .append(chunk)
                    .append("\r\n");
        }
        return chunks.append("0\r\n")
                .append(random.nextInt(4) == 0 ? "X-Trailer: 1\r\n" : "")
                .append("\r\n")
                .toString();
    }

    /// The same with a few changes.
    String spoiled(String request) {
        var bytes = new StringBuilder(request);
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            int at = random.nextInt(bytes.length());
            switch (random.nextInt(6)) {
                case 0 -> bytes.setCharAt(at, (char) random.nextInt(256));
                case 1 -> bytes.deleteCharAt(at);
                case 2 -> bytes.insert(at, pick(SPOILERS));
                case 3 -> bytes.insert(afterLine(bytes, at), pick(SPOILED_FIELDS) + "\r\n");
                case 4 -> bytes.insert(afterLine(bytes, at), pick(FIELDS) + "\r\n");
                default -> bytes.setLength(Math.max(1, random.nextInt(9) == 0 ? at : bytes.length()));
            }
        }
        return bytes.toString();
    }

    private static int afterLine(StringBuilder bytes, int at) {
        int end = bytes.lastIndexOf("\r\n", at);
        return end < 0 ? Math.max(0, bytes.indexOf("\r\n") + 2) : end + 2;
    }

    private String bytes(int count) {
        var bytes = new StringBuilder();
        while (bytes.length() < count) {
            bytes.append((char) random.nextInt(256));
        }
        return bytes.toString();
    }

    private String text(String from, int count) {
        var text = new StringBuilder();
        while (text.length() < count) {
            text.append(from.charAt(random.nextInt(from.length())));
        }
        return text.toString();
    }

    private String pick(List<String> from) {
        return from.get(random.nextInt(from.size()));
    }
}
