package dev.stringsvc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
    @CsvSource({"HTTP/1.1, 1.1 gateway", "HTTP/1.0, 1.0 gateway", "HTTP/2.0, 2.0 gateway", "1.1, 1.1 gateway"})
    void gateway_names_itself_after_the_protocol_that_it_was_spoken_to_in(String protocol, String via) {
        assertThat(Headers.via(protocol)).isEqualTo(via);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "| false",
                "'' | false",
                "gzip | false",
                "trailers | true",
                "TRAILERS | true",
                "gzip;q=1, trailers | true",
                "trailers;q=0.5 | true",
                "xtrailers | false"
            })
    void trailers_are_taken_where_te_says_so(@Nullable String te, boolean taken) {
        assertThat(Headers.takesTrailers(te)).isEqualTo(taken);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Accept", "Authorization", "Content-Type", "Cookie", "X-Mine", "Via", "Content-Encoding"})
    void everything_else_passes(String name) {
        assertThat(Headers.passesUpstream(name, "keep-alive")).isTrue();
        assertThat(Headers.passesDownstream(name, "close")).isTrue();
    }
}
