package dev.stringsvc.gateway.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.eclipse.jetty.server.Handler;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

class AdminHostsTest {
    private final AdminHosts hosts =
            new AdminHosts(List.of("gateway", "gw.example"), new Handler.Abstract.NonBlocking() {
                @Override
                public boolean handle(
                        org.eclipse.jetty.server.Request request,
                        org.eclipse.jetty.server.Response response,
                        org.eclipse.jetty.util.Callback callback) {
                    return false;
                }
            });

    @ParameterizedTest
    @NullAndEmptySource
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.1:8081",
                "10.0.0.7:1",
                "[::1]",
                "[::1]:8081",
                "[2001:db8::1]:8081",
                "localhost",
                "LOCALHOST:8081",
                "localhost.:8081",
                "gateway",
                "Gateway:8081",
                "gw.example",
                "gw.example.:9"
            })
    void no_name_an_address_and_a_known_name_are_answered(@Nullable String host) {
        assertThat(hosts.answers(host)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8081",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "127.0.0.1.",
                "1.2.3",
                "256.1.1.1",
                "gateway.evil",
                "gateway:x",
                "[::1",
                "[evil]",
                "[::1]evil",
                "::1",
                ":8081"
            })
    void any_other_name_is_not(String host) {
        assertThat(hosts.answers(host)).isFalse();
    }
}
