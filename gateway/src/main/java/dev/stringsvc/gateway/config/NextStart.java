package dev.stringsvc.gateway.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What of a configuration takes effect only when the gateway is started.
public final class NextStart {
    /// What does not have to wait for that.
    private static final Set<String> LIVE = Set.of("routes", "services", "retry");

    private NextStart() {}

    /// The keys of what differs and has to wait, as in the file: `limits.in-flight`.
    public static List<String> changed(GatewayConfig before, GatewayConfig after) {
        List<String> keys = new ArrayList<>();
        for (RecordComponent part : GatewayConfig.class.getRecordComponents()) {
            if (!LIVE.contains(part.getName())) {
                compare(part, before, after, "", keys);
            }
        }
        return keys;
    }

    private static void compare(RecordComponent part, Object before, Object after, String above, List<String> keys) {
        @Nullable Object was = value(part, before);
        @Nullable Object is = value(part, after);
        String key = above + part.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
        if (Objects.equals(was, is)) {
            return;
        }
        // what a value in the file stands for may be a record too: only those of the file's own sections are looked
        // into
        if (was instanceof Record && is instanceof Record && isSection(was.getClass())) {
            for (RecordComponent inner : was.getClass().getRecordComponents()) {
                compare(inner, was, is, key + ".", keys);
            }
        } else {
            keys.add(key);
        }
    }

    private static boolean isSection(Class<?> type) {
        return type.getDeclaringClass() == GatewayConfig.class
                || type.getPackageName().endsWith(".upstream");
    }

    private static @Nullable Object value(RecordComponent part, Object of) {
        try {
            return part.getAccessor().invoke(of);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
