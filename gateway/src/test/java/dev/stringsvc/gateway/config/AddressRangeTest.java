package dev.stringsvc.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressRangeTest {
    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, 11.0.0.0",
        "10.0.0.7, 10.0.0.7, 10.0.0.6",
        "10.0.0.7/32, 10.0.0.7, 10.0.0.6",
        "172.16.0.0/12, 172.31.255.255, 172.32.0.0",
        "10.1.2.3/8, 10.0.0.1, 9.255.255.255",
        "128.0.0.0/1, 255.0.0.1, 127.0.0.1",
        "0.0.0.0/0, 1.2.3.4, ::1",
        "::/0, ::1, 1.2.3.4",
        "fd00::/8, fdff::1, fe00::1",
        "2001:db8::/33, 2001:db8:7fff::1, 2001:db8:8000::1",
        "::1, ::1, ::2",
        "::ffff:10.0.0.7, 10.0.0.7, 10.0.0.6"
    })
    void range_holds_the_addresses_that_begin_like_it(String range, String inside, String outside) {
        AddressRange addresses = AddressRange.parse(range);
        assertThat(addresses.contains(InetAddress.ofLiteral(inside))).isTrue();
        assertThat(addresses.contains(InetAddress.ofLiteral(outside))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10",
                "10.1",
                "localhost",
                "a.b.c.d",
                "10.0.0.0/",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/+8",
                "10.0.0.0/8/8",
                "::1/129",
                "fe80::1%eth0",
                "256.0.0.1",
                "10.0.0.0/8 "
            })
    void what_is_no_range_is_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> AddressRange.parse(text))
                .withMessageContaining("such as 10.0.0.7, 10.0.0.0/8 or fd00::/8");
    }

    @Test
    void address_is_trusted_where_any_range_holds_it() {
        var proxies = new TrustedProxies(List.of(AddressRange.parse("10.0.0.0/8"), AddressRange.parse("::1")));
        assertThat(proxies.test(InetAddress.ofLiteral("10.1.1.1"))).isTrue();
        assertThat(proxies.test(InetAddress.ofLiteral("::1"))).isTrue();
        assertThat(proxies.test(InetAddress.ofLiteral("11.1.1.1"))).isFalse();
        assertThat(new TrustedProxies(List.of()).test(InetAddress.ofLiteral("10.1.1.1")))
                .isFalse();
    }
}
