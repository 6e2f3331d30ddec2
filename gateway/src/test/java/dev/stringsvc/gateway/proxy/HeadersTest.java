package dev.stringsvc.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeadersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Connection",
                "KEEP-ALIVE",
                "Proxy-Connection",
                "Proxy-Authorization",
                "TE",
                "Trailer",
                "Transfer-Encoding",
                "Upgrade",
                "X-Mine",
                "x-other"
            })
    void hop_by_hop_headers_and_those_that_connection_names_stay_on_their_connection(String name) {
        assertThat(Headers.passesUpstream(name, "keep-alive, x-mine , X-Other")).isFalse();
        assertThat(Headers.passesDownstream(name, "keep-alive, x-mine , X-Other"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Host",
                "Content-Length",
                "Expect",
                "X-Forwarded-For",
                "X-Forwarded-Proto",
                "Forwarded",
                "X-Request-Id"
            })
    void what_the_gateway_says_itself_is_not_taken_from_the_client(String name) {
        assertThat(Headers.passesUpstream(name, null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Accept", "Authorization", "Content-Type", "Cookie", "X-Mine", "Via", "Content-Encoding"})
    void everything_else_passes(String name) {
        assertThat(Headers.passesUpstream(name, "keep-alive")).isTrue();
        assertThat(Headers.passesDownstream(name, "close")).isTrue();
    }
}
