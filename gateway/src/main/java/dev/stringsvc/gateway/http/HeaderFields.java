package dev.stringsvc.gateway.http;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// Header fields in their order, including repeated names; names ignore case. A value has one character
/// per byte, in whatever encoding. Not thread-safe.
public final class HeaderFields {
    /// No fields; must not be added to.
    public static final HeaderFields NONE = new HeaderFields();

    private final List<String> namesAndValues = new ArrayList<>(32);

    /// Adds one field after the others.
    public HeaderFields add(String name, String value) {
        if (this == NONE) {
            throw new IllegalStateException("a field was added to no fields");
        }
        namesAndValues.add(name);
        namesAndValues.add(value);
        return this;
    }

    /// Drops the fields whose names fail the test.
    public void retain(Predicate<? super String> names) {
        for (int i = namesAndValues.size() - 2; i >= 0; i -= 2) {
            if (!names.test(namesAndValues.get(i))) {
                namesAndValues.subList(i, i + 2).clear();
            }
        }
    }

    public boolean isEmpty() {
        return namesAndValues.isEmpty();
    }

    /// The first value of the name.
    public @Nullable String first(String name) {
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            if (namesAndValues.get(i).equalsIgnoreCase(name)) {
                return namesAndValues.get(i + 1);
            }
        }
        return null;
    }

    /// All values of the name, in order.
    public List<String> all(String name) {
        List<String> values = new ArrayList<>(2);
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            if (namesAndValues.get(i).equalsIgnoreCase(name)) {
                values.add(namesAndValues.get(i + 1));
            }
        }
        return values;
    }

    /// True if each name and value passes the test.
    public boolean allMatch(BiPredicate<? super String, ? super String> test) {
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            if (!test.test(namesAndValues.get(i), namesAndValues.get(i + 1))) {
                return false;
            }
        }
        return true;
    }

    /// Calls `action` with each name and value, in order.
    public void forEach(BiConsumer<? super String, ? super String> action) {
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            action.accept(namesAndValues.get(i), namesAndValues.get(i + 1));
        }
    }
}
