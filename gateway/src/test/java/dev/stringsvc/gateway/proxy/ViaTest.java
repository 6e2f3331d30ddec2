package dev.stringsvc.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ViaTest {
    private final Via via = new Via("-00c0ffee");

    private static HttpFields given(String... values) {
        HttpFields.Mutable fields = HttpFields.build();
        for (String value : values) {
            fields.add(HttpHeader.VIA, value);
        }
        return fields;
    }

    @ParameterizedTest
    @CsvSource({"HTTP/1.1, 1.1 gateway-00c0ffee", "HTTP/1.0, 1.0 gateway-00c0ffee", "HTTP/2.0, 2.0 gateway-00c0ffee"})
    void gateway_names_itself_after_the_protocol_that_it_was_spoken_to_in(String protocol, String name) {
        assertThat(via.of(protocol)).isEqualTo(name);
    }

    @Test
    void each_start_has_another_name() {
        assertThat(Via.random().of("HTTP/1.1"))
                .matches("1\\.1 gateway-[0-9a-f]{16}")
                .isNotEqualTo(Via.random().of("HTTP/1.1"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1 gateway-00c0ffee",
                "2.0 gateway-00c0ffee",
                "1.0 fred, 1.1 gateway-00c0ffee (a, b), 1.1 p.example",
                "HTTP/1.1 gateway-00c0ffee:80"
            })
    void own_name_is_known_again(String value) {
        assertThat(via.loop(given("1.1 other", value))).contains("before");
    }

    @Test
    void others_pass() {
        assertThat(via.loop(HttpFields.EMPTY)).isNull();
        assertThat(via.loop(given("1.1 gateway, 1.1 gateway-00c0ffe0", "1.1 fred")))
                .isNull();
    }

    @Test
    void a_long_chain_ends() {
        String twenty = String.join(", ", Collections.nCopies(20, "1.1 p"));
        assertThat(via.loop(given(twenty))).isNull();
        assertThat(via.loop(given(twenty, "1.1 p"))).contains("20 gateways");
    }

    @Test
    void commas_within_comments_and_empty_elements_name_no_gateway() {
        assertThat(via.loop(given("1.1 p (" + ",".repeat(30) + "\\),(,),),)" + ",".repeat(30))))
                .isNull();
    }
}
