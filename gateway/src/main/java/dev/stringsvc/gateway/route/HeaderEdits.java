package dev.stringsvc.gateway.route;

import dev.stringsvc.gateway.http.Token;
import dev.stringsvc.program.Check;
import dev.stringsvc.program.SettingException;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Header fields that a route sets, replacing any of that name, and those that it removes. Names ignore
/// case, and `_` counts as `-`, since CGI, WSGI and PHP read `X_Api_Key` and `X-Api-Key` as the same
/// field. Immutable.
public record HeaderEdits(Map<String, String> set, Set<String> remove) {
    /// Edits nothing.
    public static final HeaderEdits NONE = new HeaderEdits(Map.of(), Set.of());

    private static final String MASK = "***";
    private static final Pattern VALUE = Pattern.compile("[\\x21-\\x7e](?:[\\t\\x20-\\x7e]*[\\x21-\\x7e])?");
    /// A brace that is written twice, or a word in braces, which is the group.
    private static final Pattern BRACE = Pattern.compile("\\{\\{|(\\{[A-Za-z][A-Za-z0-9_.:-]*})");
    /// Fields that control the connection or the end of a message.
    private static final Set<String> NOT_TO_EDIT = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "via", // shows that a request has passed this gateway before
            "x-request-id");
    /// Fields that describe a body or its caching.
    private static final Set<String> OF_A_BODY = Set.of(
            "accept-ranges",
            "age",
            "cdn-cache-control",
            "content-digest",
            "content-disposition",
            "content-encoding",
            "content-language",
            "content-location",
            "content-range",
            "content-type",
            "digest",
            "etag",
            "expires",
            "last-modified",
            "repr-digest",
            "surrogate-control");

    /// @throws SettingException for a value that is not valid
    public HeaderEdits {
        var sorted = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        set.forEach((name, value) -> {
            checkName("set", name);
            Check.that(sorted.put(name, value) == null, "set", "'" + name + "' once");
            Check.that(
                    VALUE.matcher(value).matches(), "set", "a header's value for '" + name + "', in one line of ASCII");
        });
        var names = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        remove.forEach(name -> {
            checkName("remove", name);
            Check.that(!sorted.containsKey(name), "remove", "no header that is set, got '" + name + "'");
            names.add(name);
        });
        set = Collections.unmodifiableSortedMap(sorted);
        remove = Collections.unmodifiableSortedSet(names);
    }

    /// The edits as they were meant: `{{` in a value stands for a brace.
    ///
    /// @param key the setting that they come from
    /// @throws SettingException for a value with a word in braces, which is not filled in
    public HeaderEdits unescaped(String key) {
        if (set.values().stream().allMatch(value -> value.indexOf('{') < 0)) {
            return this;
        }
        var meant = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        set.forEach((name, value) -> {
            Check.that(
                    BRACE.matcher(value).results().allMatch(found -> found.group(1) == null),
                    key + ".set",
                    "no word in braces in the value of '" + name
                            + "', since nothing is filled in there; write {{ for a brace itself");
            meant.put(name, value.replace("{{", "{"));
        });
        return new HeaderEdits(meant, remove);
    }

    private static void checkName(String key, String name) {
        Check.that(Token.isValid(name), key, "names of headers, got '" + name + "'");
        Check.that(
                !NOT_TO_EDIT.contains(name.toLowerCase(Locale.ROOT)),
                key,
                "headers that a proxy may edit, got '" + name + "'");
    }

    /// The fields that are set on a problem, an error answer of the gateway itself. Fields that
    /// describe a body are left out, since the body is the gateway's own, and so are fields that allow
    /// caching: otherwise a cached refusal could answer other requests.
    public Map<String, String> setOnProblem() {
        Map<String, String> onProblem = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        set.forEach((name, value) -> {
            if (name.equalsIgnoreCase("Cache-Control")) {
                onProblem.put(name, "no-store");
            } else if (!OF_A_BODY.contains(name.toLowerCase(Locale.ROOT))) {
                onProblem.put(name, value);
            }
        });
        return onProblem;
    }

    /// A copy that operators may see: values that are set may be secrets, so they are hidden.
    public HeaderEdits masked() {
        var masked = new TreeMap<String, String>(String.CASE_INSENSITIVE_ORDER);
        set.keySet().forEach(name -> masked.put(name, MASK));
        return new HeaderEdits(masked, remove);
    }

    /// Without the values.
    @Override
    public String toString() {
        return "HeaderEdits[set=" + set.keySet() + ", remove=" + remove + "]";
    }

    /// True if there is nothing to edit.
    public boolean none() {
        return set.isEmpty() && remove.isEmpty();
    }

    /// True if a field of this name is neither set nor removed, so that it passes on.
    public boolean keeps(String name) {
        return none() || !(edits(name) || (name.indexOf('_') >= 0 && edits(name.replace('_', '-'))));
    }

    private boolean edits(String name) {
        return set.containsKey(name) || remove.contains(name);
    }
}
