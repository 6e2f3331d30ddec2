package dev.stringsvc.bench.jmh;

import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.gateway.http.Headers;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Copies the header fields that go upstream, as `ProxyHandler` does. The request has a browser's twelve fields,
/// three of which are not copied.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class HeaderCopy {
    private final HttpFields given = HttpFields.build()
            .add("Host", "gateway.example:8080")
            .add("Connection", "keep-alive")
            .add("Content-Length", "12")
            .add("Content-Type", "application/json")
            .add("Accept", "application/json, text/plain, */*")
            .add("Accept-Encoding", "gzip, deflate, br")
            .add("Accept-Language", "en-GB,en;q=0.9")
            .add("Origin", "https://shop.example")
            .add("Referer", "https://shop.example/basket")
            .add("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)")
            .add("Cookie", "session=0123456789abcdef0123456789abcdef; theme=dark")
            .add("X-Trace", "0123456789abcdef")
            .asImmutable();

    @Benchmark
    public HeaderFields copy() {
        List<String> connections = given.getValuesList(HttpHeader.CONNECTION);
        String connection = Headers.connection(connections);
        var fields = new HeaderFields();
        for (HttpField field : given) {
            String value = field.getValue();
            if (value != null && Headers.passesUpstream(field.getName(), connection)) {
                fields.add(field.getName(), value);
            }
        }
        return fields;
    }
}
