package dev.stringsvc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientFieldsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded",
                "X-Forwarded-Server",
                "x-forwarded-ssl",
                "X-FORWARDED-USER",
                "X-Forwarded-Client-Cert",
                "X-Real-IP",
                "X-Client-IP",
                "X-Remote-IP",
                "X-Remote-Addr",
                "X-Rewrite-URL",
                "X-Original-URL",
                "X-Original-URI",
                "X-Original-Host",
                "X-Original-Forwarded-For",
                "X-Originating-IP",
                "X-Azure-ClientIP",
                "X-Cluster-Client-IP",
                "X-Envoy-External-Address",
                "Client-IP",
                "CF-Connecting-IP",
                "CF-Connecting-IPv6",
                "Fastly-Client-IP",
                "Forwarded-For",
                "Proxy-Client-IP",
                "WL-Proxy-Client-IP",
                "True-Client-IP"
            })
    void what_tells_of_the_client_passes_from_a_trusted_proxy_only(String name) {
        assertThat(ClientFields.passes(name, false)).isFalse();
        assertThat(ClientFields.passes(name, true)).isTrue();
        assertThat(Headers.passesAsTrailer(name, null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X_Forwarded_For",
                "x-forwarded_for",
                "X_FORWARDED-Proto",
                "X_Forwarded_Anything",
                "X_Real_IP",
                "True-Client_IP",
                "X_Original_URL",
                "X_Request_Id",
                "x-request_ID"
            })
    void what_a_framework_could_take_for_it_passes_from_nobody(String name) {
        assertThat(ClientFields.passes(name, false)).isFalse();
        assertThat(ClientFields.passes(name, true)).isFalse();
        assertThat(Headers.passesAsTrailer(name, null)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarder",
                "X-Forwardedness",
                "XX-Forwarded-For",
                "X-Real-IPs",
                "X-Real",
                "X",
                "X_Mine",
                "Client-IPs",
                "Content-Type",
                "X-Request-Id",
                "True-Client"
            })
    void everything_else_passes(String name) {
        assertThat(ClientFields.passes(name, false)).isTrue();
        assertThat(ClientFields.passes(name, true)).isTrue();
    }
}
