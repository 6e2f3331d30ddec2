package dev.stringsvc.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathRewriteTest {
    private static String apply(String path, String strip, String replacement, String request) {
        PathPattern pattern = PathPattern.parse(path, false);
        PathRewrite rewrite = PathRewrite.parse(strip, replacement);
        rewrite.checkOn(pattern);
        assertThat(pattern.matches(request)).isTrue();
        return rewrite.apply(pattern, request);
    }

    @ParameterizedTest
    @CsvSource({
        "/s/up, /s, /s/up, /up",
        "/s/up, /s/up, /s/up, /",
        "/s/up, /s/up, /s/up/, /",
        "/s/up, '', /s/up, /s/up",
        "/s/, /s/, /s/x, /x",
        "/s/, /s/, /s, /",
        "/s, /, /s/x, /s/x",
        "/a/{b}/c, /a/{b}, /a/7/c/d, /c/d"
    })
    void strips_the_prefix_and_keeps_the_path_absolute(String path, String prefix, String request, String upstream) {
        assertThat(apply(path, prefix, "", request)).isEqualTo(upstream);
    }

    @ParameterizedTest
    @CsvSource({
        "/s/up, /s, /s/up, /s",
        "/s/up, /s/up, /s/up, /s/up",
        "/s/, /s/, /s/x, /s",
        "/s, /, /s/x, ''",
        "/s, '', /s/x, ''",
        "/a/{b}/c, /a/{b}, /a/7/c/d, /a/7"
    })
    void says_what_it_takes_off(String path, String prefix, String request, String stripped) {
        PathRewrite rewrite = PathRewrite.parse(prefix, "");
        assertThat(PathPattern.parse(path, false).matches(request)).isTrue();
        assertThat(rewrite.stripped(request)).isEqualTo(stripped);
    }

    @ParameterizedTest
    @CsvSource({
        "/s, /v2/s, /s, /v2/s",
        "/s, /v2/s, /s/x/, /v2/s/x/",
        "/s, /, /s, /",
        "/s, /, /s/x, /x",
        "/, /v2, /x/y, /v2/x/y",
        "/, /v2, /, /v2/",
        "/a/{b}/c/{d}, /x/{d}/{b}, /a/1/c/2/e, /x/2/1/e",
        "/a/{b}, /x-{b}-y, /a/%20, /x-%20-y"
    })
    void replaces_what_the_path_describes_and_keeps_what_follows(
            String path, String replacement, String request, String upstream) {
        assertThat(apply(path, "", replacement, request)).isEqualTo(upstream);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/a | /b | '' | strip-prefix: expected the path '/a' or a parent of it",
                "/ab | /a | '' | strip-prefix: expected the path '/ab' or a parent of it",
                "/a | a | '' | strip-prefix: expected the route's path or a parent of it",
                "/a | /a | /b | rewrite: expected not both strip-prefix and rewrite",
                "/a | '' | b | rewrite: expected an absolute path such as /v2/users",
                "/a | '' | /b?c | rewrite: expected a path as it is in a URL, without a query, dot segments or two slashes in a row",
                "/a | '' | /b/../c | rewrite: expected a path as it is in a URL, without a query, dot segments or two slashes in a row",
                "/a | '' | //b | rewrite: expected a path as it is in a URL, without a query, dot segments or two slashes in a row",
                "/a/{id} | '' | /b/{it} | rewrite: expected {id} and nothing else in braces",
                "/a | '' | /b/{id} | rewrite: expected no braces, since the path has no variables",
                "/a/{id} | '' | /b/{id | rewrite: expected {id} and nothing else in braces",
            })
    void what_cannot_be_is_refused(String path, String strip, String replacement, String message) {
        assertThatThrownBy(() -> apply(path, strip, replacement, path)).hasMessage(message);
    }

    @ParameterizedTest
    @CsvSource({
        "/svc, '', /svc, /svc;a/users;b, /users;b",
        "/svc, '', /svc, /svc;a=1, /;a=1",
        "/svc, '', /svc, /svc/@x%2fy, /@x%2fy",
        "/svc/users, '', /svc, /svc;a/users;b=1/7, /users;b=1/7",
        "/login, /v2/login, '', /login;a=1, /v2/login;a=1",
        "/login, /v2/login, '', /login;a=1/b;c, /v2/login;a=1/b;c",
        "/p/{id}, /v2/{id}, '', /p;a/x%2fy;b/c, /v2/x%2fy;b/c",
        "/p/{id}/q, /v2/{id}, '', /p/7;a/q;b, /v2/7;a;b"
    })
    void what_a_lenient_path_holds_stays_as_it_is(
            String pattern, String replacement, String strip, String path, String sent) {
        var route = PathPattern.parse(pattern, false);
        PathRewrite rewrite = PathRewrite.parse(strip, replacement);
        assertThat(rewrite.apply(route, path)).isEqualTo(sent);
        assertThat(rewrite.stripped(path)).isEqualTo(strip);
    }
}
