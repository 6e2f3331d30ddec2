package dev.stringsvc.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The examples are from RFC 5952, sections 4 and 5.
class IpAddressTest {
    @ParameterizedTest
    @CsvSource({
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:0:0:0:2:1, 2001:db8::2:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "2001:0:0:1:0:0:0:1, 2001:0:0:1::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:DB8:AAAA:0:0:0:BBBB:1, 2001:db8:aaaa::bbbb:1",
        "0:0:0:0:0:0:0:0, ::",
        "0:0:0:0:0:0:0:1, ::1",
        "1:0:0:0:0:0:0:0, 1::",
        "1:2:3:4:5:6:0:0, 1:2:3:4:5:6::",
        "0:0:3:4:5:6:7:8, ::3:4:5:6:7:8",
        "::ffff:192.0.2.1, 192.0.2.1",
        "64:ff9b::c000:221, 64:ff9b::192.0.2.33",
        "64:ff9b:1::1, 64:ff9b:1::1",
        "192.0.2.1, 192.0.2.1"
    })
    void an_address_has_one_form(String given, String text) {
        assertThat(IpAddress.text(InetAddress.ofLiteral(given))).isEqualTo(text);
        assertThat(IpAddress.canonical(given)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({"fe80:0::1%2, fe80::1%2", "web-1, web-1", "no:address, no:address"})
    void a_zone_and_other_hosts_are_kept(String given, String text) {
        assertThat(IpAddress.canonical(given)).isEqualTo(text);
    }

    @Test
    void ipv6_has_brackets_before_a_port() {
        assertThat(IpAddress.withPort("0:0:0:0:0:0:0:1", 80)).isEqualTo("[::1]:80");
        assertThat(IpAddress.withPort("127.0.0.1", 80)).isEqualTo("127.0.0.1:80");
        assertThat(IpAddress.withPort("web-1", 80)).isEqualTo("web-1:80");
    }
}
