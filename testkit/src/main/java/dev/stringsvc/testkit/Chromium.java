package dev.stringsvc.testkit;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocket.Listener;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/// A real Chromium without a screen, driven over its DevTools protocol. `scripts/chromium` finds or
/// downloads it.
public final class Chromium implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> QUIET = List.of(
            "--headless",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--remote-debugging-port=0",
            "about:blank");

    private final AppProcess process;
    private final HttpClient http = HttpClient.newHttpClient();
    private final String devTools;

    private Chromium(AppProcess process) {
        this.process = process;
        String line = process.awaitLine("DevTools listening on ");
        this.devTools = "http://" + URI.create(found("ws://\\S+", line, 0)).getAuthority();
    }

    /// Starts a browser and waits until it can be driven.
    ///
    /// @param profile a folder for what it keeps
    public static Chromium start(Path profile) {
        List<String> command = new ArrayList<>();
        command.add(Tool.path("chromium"));
        if ("root".equals(System.getProperty("user.name"))) {
            command.add("--no-sandbox"); // Chromium has no sandbox for root
        }
        command.add("--user-data-dir=" + profile);
        command.addAll(QUIET);
        return new Chromium(AppProcess.start(command, Map.of()));
    }

    /// Opens a page in a tab of its own, and waits until it is loaded.
    public Page open(URI url) throws IOException, InterruptedException {
        // encoded, because an & would end the address
        String address = URLEncoder.encode(url.toString(), StandardCharsets.UTF_8);
        var request = HttpRequest.newBuilder(URI.create(devTools + "/json/new?" + address))
                .PUT(BodyPublishers.noBody())
                .timeout(PATIENCE)
                .build();
        String tab = http.send(request, BodyHandlers.ofString()).body();
        var page = new Page(http, URI.create(found("\"webSocketDebuggerUrl\": *\"([^\"]+)\"", tab, 1)));
        page.await("location.href !== 'about:blank' && document.readyState === 'complete'");
        return page;
    }

    private static String found(String regex, String text, int group) {
        Matcher matcher = Pattern.compile(regex).matcher(text);
        if (!matcher.find()) {
            throw new IllegalStateException("no " + regex + " in: " + text);
        }
        return matcher.group(group);
    }

    @Override
    public void close() {
        http.shutdownNow();
        process.close();
    }

    /// A key of the keyboard.
    public enum Key {
        /// To the next element that takes the focus.
        TAB("Tab", 9, ""),
        /// Activates a button or a link.
        ENTER("Enter", 13, "\r");

        private final String name;
        private final int code;
        private final String text;

        Key(String name, int code, String text) {
            this.name = name;
            this.code = code;
            this.text = text;
        }
    }

    /// An open page. Used by one thread.
    public static final class Page implements AutoCloseable {
        private static final Pattern ID = Pattern.compile("^\\{\"id\":(\\d+)");
        private static final Pattern VALUE = Pattern.compile("\"value\":\"([^\"]*)\"");

        private final WebSocket socket;
        private final AtomicInteger ids = new AtomicInteger();
        private final Map<Integer, CompletableFuture<String>> answers = new ConcurrentHashMap<>();

        private Page(HttpClient http, URI tab) {
            this.socket = http.newWebSocketBuilder()
                    .connectTimeout(PATIENCE)
                    .buildAsync(tab, new Answers())
                    .join();
        }

        /// Evaluates JavaScript in the page.
        ///
        /// @param expression a promise is awaited
        /// @return its value as JSON; `null` for undefined
        /// @throws IllegalStateException if it throws, or the page goes away
        public String evaluate(String expression) {
            // percent-encoded, the value needs no JSON parser
            String script = "Promise.resolve(" + expression
                    + ").then(value => encodeURIComponent(JSON.stringify(value) ?? 'null'))";
            String answer = call(
                    "Runtime.evaluate",
                    "{\"expression\":" + quoted(script) + ",\"awaitPromise\":true,\"returnByValue\":true}");
            Matcher value = VALUE.matcher(answer);
            if (answer.contains("\"exceptionDetails\"") || !value.find()) {
                throw new IllegalStateException(expression + " failed: " + answer);
            }
            return URLDecoder.decode(value.group(1).replace("+", "%2B"), StandardCharsets.UTF_8);
        }

        /// Waits until an expression is true.
        public void await(String condition) {
            Awaitility.await(condition)
                    .atMost(PATIENCE)
                    .pollInterval(Duration.ofMillis(20))
                    .ignoreExceptionsInstanceOf(IllegalStateException.class) // until the page is loaded
                    .until(() -> evaluate("Boolean(" + condition + ")").equals("true"));
        }

        /// Makes the page believe that its reader prefers these colours.
        ///
        /// @param scheme `light` or `dark`
        public void emulateColorScheme(String scheme) {
            call(
                    "Emulation.setEmulatedMedia",
                    "{\"features\":[{\"name\":\"prefers-color-scheme\",\"value\":" + quoted(scheme) + "}]}");
        }

        /// Gives the page another size, in CSS pixels.
        public void resize(int width, int height) {
            call(
                    "Emulation.setDeviceMetricsOverride",
                    "{\"width\":%d,\"height\":%d,\"deviceScaleFactor\":1,\"mobile\":false}".formatted(width, height));
        }

        /// Presses a key and releases it, where the focus is.
        public void press(Key key) {
            String pressed = "\"key\":\"%s\",\"code\":\"%s\",\"windowsVirtualKeyCode\":%d"
                    .formatted(key.name, key.name, key.code);
            call(
                    "Input.dispatchKeyEvent",
                    "{\"type\":\"keyDown\",%s,\"text\":%s}".formatted(pressed, quoted(key.text)));
            call("Input.dispatchKeyEvent", "{\"type\":\"keyUp\",%s}".formatted(pressed));
        }

        private String call(String method, String parameters) {
            int id = ids.incrementAndGet();
            var answer = new CompletableFuture<String>();
            answers.put(id, answer);
            try {
                socket.sendText("{\"id\":%d,\"method\":\"%s\",\"params\":%s}".formatted(id, method, parameters), true)
                        .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                return answer.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                throw new IllegalStateException(method + " got no answer", e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(e);
            } finally {
                answers.remove(id);
            }
        }

        private static String quoted(String text) {
            var json = new StringBuilder("\"");
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (c < ' ' || c > '~' || c == '"' || c == '\\') {
                    json.append("\\u%04x".formatted((int) c));
                } else {
                    json.append(c);
                }
            }
            return json.append('"').toString();
        }

        @Override
        public void close() {
            socket.abort();
        }

        private final class Answers implements Listener {
            private final StringBuilder text = new StringBuilder();

            @Override
            public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
                text.append(part);
                if (last) {
                    Matcher id = ID.matcher(text);
                    if (id.find()) {
                        @Nullable CompletableFuture<String> answer = answers.get(Integer.parseInt(id.group(1)));
                        if (answer != null) {
                            answer.complete(text.toString());
                        }
                    }
                    text.setLength(0);
                }
                from.request(1);
                return null;
            }

            @Override
            public void onError(WebSocket from, Throwable error) {
                answers.values().forEach(answer -> answer.completeExceptionally(error));
            }

            @Override
            public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                onError(from, new IOException("the page is closed"));
                return null;
            }
        }
    }
}
