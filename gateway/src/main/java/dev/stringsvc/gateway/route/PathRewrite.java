package dev.stringsvc.gateway.route;

import dev.stringsvc.gateway.http.RequestTarget;
import dev.stringsvc.program.Check;
import dev.stringsvc.program.SettingException;
import java.util.Map;
import java.util.Objects;

/// Turns the client's path into the path that an instance gets.
public sealed interface PathRewrite {
    /// Leaves the path as it is.
    PathRewrite NONE = new Keep();

    /// @param strip a prefix to remove from the path; empty for none
    /// @param replacement replaces the part of the path that the route's pattern describes; may contain
    /// the pattern's variables in braces; empty for none
    /// @throws SettingException for a value that is not valid
    static PathRewrite parse(String strip, String replacement) {
        Check.that(strip.isEmpty() || replacement.isEmpty(), "rewrite", "not both strip-prefix and rewrite");
        if (!replacement.isEmpty()) {
            Check.that(replacement.startsWith("/"), "rewrite", "an absolute path such as /v2/users");
            Template template = Template.parse(replacement);
            String sample = template.fill(name -> "x").replace("{", "").replace("}", "");
            Check.that( // braces are looked at where the variables are known
                    RequestTarget.isPlain(sample),
                    "rewrite",
                    "a path as it is in a URL, without a query, dot segments or two slashes in a row");
            return new Replace(template);
        }
        if (strip.isEmpty()) {
            return NONE;
        }
        Check.that(strip.startsWith("/"), "strip-prefix", "the route's path or a parent of it");
        return new Strip(PathPattern.parse("strip-prefix", strip, false));
    }

    /// @throws SettingException when a route of that path cannot have it
    void checkOn(PathPattern path);

    /// @param path matches the pattern without parameters; percent-encoded, as is the result
    String apply(PathPattern pattern, String path);

    /// What [#apply] removes from the front of a path, without a slash at its end; empty where it
    /// removes nothing.
    ///
    /// @param path matches the route's pattern
    String stripped(String path);

    /// As it is configured, or empty.
    String strip();

    /// As it is configured, or empty.
    String replacement();

    /// Changes nothing.
    record Keep() implements PathRewrite {
        @Override
        public void checkOn(PathPattern path) {}

        @Override
        public String apply(PathPattern pattern, String path) {
            return path;
        }

        @Override
        public String stripped(String path) {
            return "";
        }

        @Override
        public String strip() {
            return "";
        }

        @Override
        public String replacement() {
            return "";
        }
    }

    /// Removes a prefix of whole segments.
    record Strip(PathPattern prefix) implements PathRewrite {
        @Override
        public void checkOn(PathPattern path) {
            Check.that(path.beginsWith(prefix), "strip-prefix", "the path '" + path + "' or a parent of it");
        }

        @Override
        public String apply(PathPattern pattern, String path) {
            String rest = path.substring(prefix.endBeforeParameters(path));
            if (rest.startsWith("/")) {
                return rest;
            }
            int slash = rest.indexOf('/');
            return slash < 0 ? "/" + rest : rest.substring(slash); // parameters go with the segment that they belong to
        }

        @Override
        public String stripped(String path) {
            return path.substring(0, prefix.endBeforeParameters(path));
        }

        @Override
        public String strip() {
            return prefix.toString();
        }

        @Override
        public String replacement() {
            return "";
        }
    }

    /// Replaces the part that the route's path describes and keeps the rest.
    record Replace(Template template) implements PathRewrite {
        @Override
        public void checkOn(PathPattern path) {
            template.checkNames("rewrite", path.variables());
        }

        @Override
        public String apply(PathPattern pattern, String path) {
            Map<String, String> values = pattern.values(path);
            String front = template.fill(name -> Objects.requireNonNull(values.get(name)));
            String rest = path.substring(pattern.endBeforeParameters(path));
            boolean twice = front.endsWith("/") && rest.startsWith("/");
            return twice ? front + rest.substring(1) : front + rest;
        }

        @Override
        public String stripped(String path) {
            return "";
        }

        @Override
        public String strip() {
            return "";
        }

        @Override
        public String replacement() {
            return template.toString();
        }
    }
}
