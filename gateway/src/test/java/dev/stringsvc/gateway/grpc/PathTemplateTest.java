package dev.stringsvc.gateway.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PathTemplateTest {
    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            /v1/messages/{id}               | /v1/messages/1              | id=1
            /v1/messages/{id}               | /v1/messages/               | -
            /v1/messages/{id}               | /v1/messages/1/2            | -
            /v1/messages/{id}               | /v2/messages/1              | -
            /v1/{name=messages/*}           | /v1/messages/1              | name=messages/1
            /v1/{name=messages/*}           | /v1/letters/1               | -
            /v1/{name=**}                   | /v1/a/b/c                   | name=a/b/c
            /v1/{name=**}                   | /v1/                        | name=
            /v1/{name=shelves/*/books/*}    | /v1/shelves/1/books/2       | name=shelves/1/books/2
            /v1/{a.b=x/*}/{c}               | /v1/x/1/2                   | a.b=x/1, c=2
            /v1/*/things/{id}               | /v1/any/things/7            | id=7
            /v1/{name=messages/*}:search    | /v1/messages/1:search       | name=messages/1
            /v1/{name=messages/*}:search    | /v1/messages/1              | -
            /v1/{id}                        | /v1/a%2Fb%20c               | id=a/b c
            /v1/{name=a/*}                  | /v1/a/b%2Fc%20d             | name=a/b%2Fc d
            /v1/{id}                        | /v1/a+b                     | id=a+b
            /v1/plain                       | /v1/plain                   |
            """)
    void matches_a_path_and_gives_the_variables(String template, String path, @Nullable String values) {
        Optional<Map<String, String>> matched = PathTemplate.parse(template).match(path);
        if (values == null && !template.endsWith("plain")) {
            assertThat(matched).isEmpty();
        } else {
            String all = new TreeMap<>(matched.orElseThrow()).toString();
            assertThat(all.substring(1, all.length() - 1)).isEqualTo(values == null ? "" : values);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v1",
                "/",
                "/v1/",
                "/v1//a",
                "/v1/{",
                "/v1/{id",
                "/v1/{id=}",
                "/v1/{1d}",
                "/v1/{a..b}",
                "/v1/{a={b}}",
                "/v1/**/b",
                "/v1/{name=**}/b",
                "/v1/{id}/{id}",
                "/v1/a:",
                "/v1/a b",
                "/v1/{id}x"
            })
    void refuses_what_is_no_template(String text) {
        assertThatThrownBy(() -> PathTemplate.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected");
    }
}
