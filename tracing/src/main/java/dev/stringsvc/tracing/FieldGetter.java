package dev.stringsvc.tracing;

import io.opentelemetry.context.propagation.TextMapGetter;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Reads the fields of a request's head.
///
/// Two `traceparent` are as good as none (W3C Trace Context, section 3.2), since nobody knows which one
/// is right; several `tracestate` are one list.
public enum FieldGetter implements TextMapGetter<Function<String, List<String>>> {
    INSTANCE;

    private static final String LIST = "tracestate";

    @Override
    public Iterable<String> keys(Function<String, List<String>> fields) {
        return List.of();
    }

    @Override
    public @Nullable String get(@Nullable Function<String, List<String>> fields, String name) {
        List<String> values = fields == null ? List.of() : fields.apply(name);
        if (values.isEmpty() || (values.size() > 1 && !name.equalsIgnoreCase(LIST))) {
            return null;
        }
        return String.join(",", values);
    }

    @Override
    public Iterator<String> getAll(@Nullable Function<String, List<String>> fields, String name) {
        return (fields == null ? List.<String>of() : fields.apply(name)).iterator();
    }
}
