package dev.stringsvc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestTargetTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/a",
                "/a/b/",
                "/a//b",
                "/a/b//",
                "/~a!$&'()*+,;=:@-._",
                "/...",
                "/.../a",
                "/.a",
                "/a.",
                "/..a",
                "/a;v=1/b",
                "/_next/[slug].js",
                "/a|b",
                "/a^{b}\"c\"`",
                "/a%5Bb%7C",
                "/a%20b",
                "/%C3%A9",
                "/%E2%82%AC",
                "/a%3Ab",
                "/100%25",
                "/100%25/a",
                "/100%25zz",
                "/a%2520b",
                "/caf%25C3%25A9",
                "/%25252e"
            })
    void ordinary_path_is_its_own_normal_form(String path) {
        assertThat(RequestTarget.path(path)).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource({
        "/%61dmin, /admin",
        "/%7Ea%2D%5f, /~a-_",
        "/a%2eb, /a.b",
        "/%2e%2e%2e, /...",
        "/%c3%a9, /%C3%A9",
        "/a%3ab, /a%3Ab",
        "/100%25%7a%5A, /100%25zZ"
    })
    void what_need_not_be_encoded_is_decoded(String path, String normal) {
        assertThat(RequestTarget.path(path)).isEqualTo(normal);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*", "a", "http://a/b", "//", "//a", "\\a"})
    void what_is_no_path_is_refused(String path) {
        assertThat(RequestTarget.path(path)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a b", "/a<", "/a>", "/a\\b", "/a#", "/a?", "/\u00e9", "/a\tb", "/a\0", "/\u007f", "/%", "/%a", "/%zz",
                "/%u002e", "/% 20", "/%+1", "/%%32e"
            })
    void what_must_be_encoded_and_is_not_is_refused(String path) {
        assertThat(RequestTarget.path(path)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/.",
                "/..",
                "/a/.",
                "/a/..",
                "/a/./b",
                "/a/../b",
                "/./a",
                "/../a",
                "/a/..;/b",
                "/a/..;x=y",
                "/a/.;",
                "/a/..%3Bx",
                "/a/..%3b/b",
                "/%2e",
                "/%2E%2e/a",
                "/a/.%2e/b",
                "/a/%2e./b",
                "/a/%2e%2e;/b"
            })
    void dot_segment_is_refused_however_it_is_written(String path) {
        assertThat(RequestTarget.path(path)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a%2fb",
                "/a%2Fb",
                "/a%5cb",
                "/a%5C..",
                "/a%00",
                "/a%0a",
                "/a%0D",
                "/a%1f",
                "/a%7f",
                "/%c0%ae%c0%ae/a",
                "/%c0%af",
                "/%e0%80%ae",
                "/%ff",
                "/%c3",
                "/%ed%a0%80"
            })
    void separators_control_characters_and_what_is_not_utf_8_are_refused_in_code(String path) {
        assertThat(RequestTarget.path(path)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/%252e%252e/a",
                "/a/%252e/b",
                "/a/.%252e/b",
                "/a%252fb",
                "/a%252Fb",
                "/a%255cb",
                "/a%2500",
                "/a%250a",
                "/%25c0%25ae",
                "/%25ff",
                "/a/..%253Bx",
                "/%25%32%65%2e/a",
                "/a/%252e%252e%253b/b"
            })
    void what_would_be_refused_if_it_were_decoded_once_more_is_refused(String path) {
        assertThat(RequestTarget.path(path)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/a, /a",
        "/a%3Ab, /a:b",
        "/a%20b, /a%20b",
        "/%2561dmin, /admin",
        "/a%253Ab, /a:b",
        "/a%2520b, /a%20b",
        "/admin;x=1, /admin",
        "/admin;x=1/b;c, /admin/b",
        "/admin%3Bx/b, /admin/b",
        "/admin%253Bx/b, /admin/b",
        "/a//b///c, /a/b/c",
        "/;x/admin, /admin",
        "/100%25, /100%",
        "/a%5Bb%5D%7C%22, '/a[b]|\"'",
        "/a%2Fb%2f/c, /a/b/c",
        "/a%252fb, /a/b",
        "/a;x%2fb, /a/b",
        "/%C3%A9, /%C3%A9"
    })
    void careless_reader_decodes_twice_and_leaves_out_parameters_and_empty_segments(String path, String read) {
        assertThat(RequestTarget.carelesslyRead(path)).isEqualTo(read);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/@scope%2fname",
                "/api/v4/projects/group%2Fproject",
                "/login;jsessionid=A1",
                "/a%2f",
                "/a%252fb",
                "/a%2f...",
                "/a%2f.b%2fc.",
                "/a%2520b%2f"
            })
    void lenient_path_keeps_encoded_slashes_and_parameters_as_they_are(String path) {
        assertThat(RequestTarget.lenientPath(path)).isEqualTo(path);
    }

    @Test
    void lenient_path_is_in_normal_form_apart_from_that() {
        assertThat(RequestTarget.lenientPath("/%61%2f%c3%a9")).isEqualTo("/a%2f%C3%A9");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/..",
                "/a/%2e%2e",
                "/a/.%2e/b",
                "/a/..;x",
                "/a/..;x/b",
                "/a/%2e%2e;x/b",
                "/a/..%3bx",
                "/a%2f..",
                "/a%2F%2e%2e",
                "/a%2f../b",
                "/..%2fa",
                "/a/..%2fb",
                "/a%2f.%2fb",
                "/a;x%2f../b",
                "/a%2f..;x",
                "/%252e%252e/a",
                "/a%252f..%252fb",
                "/a%2f%252e%252e",
                "/a%252f%252e%252e%253bx",
                "/%2fevil.example",
                "/%2Fevil.example",
                "//a",
                "/a%5cb",
                "/a%255c..",
                "/a\\b",
                "/a%00",
                "/a%2f%0a",
                "/%c0%af",
                "/a%2f%ff"
            })
    void lenient_path_is_refused_where_it_could_traverse(String path) {
        assertThat(RequestTarget.lenientPath(path)).isNull();
        assertThat(RequestTarget.fault(path)).startsWith("The path ").doesNotContain("lenient");
    }

    @ParameterizedTest
    @CsvSource({"/a, /a", "/a;x, /a", "/a;x=1;y/b;z/c, /a/b/c", "/;x/a, //a", "/a;x%2fb/c, /a/c", "/a%3Bx, /a%3Bx"})
    void parameters_end_with_their_segment(String path, String without) {
        assertThat(RequestTarget.withoutParameters(path)).isEqualTo(without);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            /a%2fb    | The path holds '%2f', an encoded slash, which a route takes only where it says `paths: lenient`.
            /a<       | The path holds '<', which must be percent-encoded.
            /a\\b      | The path holds '\\', which must be percent-encoded.
            /\u00e9    | The path holds U+00E9, which must be percent-encoded.
            /%zz      | The path holds '%' without two hexadecimal digits behind it.
            /a%5Cb    | The path holds '%5C', which no route takes.
            /a%0a     | The path holds '%0a', which no route takes.
            /%ff      | The path is not UTF-8 once it is decoded.
            /a/%2e.   | The path holds a segment '.' or '..', in whatever spelling, which no route takes.
            //a       | The path must begin with one slash.
            /%252e    | The path holds '%25', and what no route takes if it is decoded twice.
            """)
    void refusal_names_the_character(String path, String why) {
        assertThat(RequestTarget.fault(path)).isEqualTo(why);
    }

    @Test
    void query_is_printable_ascii_without_a_fragment() {
        for (char c = 0; c < 0x180; c++) {
            assertThat(RequestTarget.isQuery("a=" + c))
                    .as("0x%02x", (int) c)
                    .isEqualTo(c > ' ' && c < 0x7f && c != '#');
        }
        assertThat(RequestTarget.isQuery("")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "get", "M-SEARCH", "!#$%&'*+.^_`|~", "0"})
    void method_is_a_token(String method) {
        assertThat(Token.isValid(method)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "G T", "\"GET", "G@T", "G/", "G:", "G(", "\u00e9", "G\\", "G\t", "G\0"})
    void what_is_no_token_is_no_method(String method) {
        assertThat(Token.isValid(method)).isFalse();
    }
}
