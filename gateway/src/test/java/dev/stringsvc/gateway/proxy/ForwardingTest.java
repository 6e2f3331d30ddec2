package dev.stringsvc.gateway.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.http.HeaderFields;
import dev.stringsvc.program.IpAddress;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The trusted proxies are 10.*.
class ForwardingTest {
    private final Forwarding forwarding =
            new Forwarding(address -> address.getHostAddress().startsWith("10."));

    private static Forwarding.Hop from(String peer) {
        return new Forwarding.Hop(InetAddress.ofLiteral(peer), "http", "gw:8080", 8080);
    }

    private static HttpFields given(String... lines) {
        HttpFields.Mutable fields = HttpFields.build();
        for (String line : lines) {
            String[] parts = line.split(": ", 2);
            fields.add(parts[0], parts[1]);
        }
        return fields;
    }

    private List<String> told(String peer, String... lines) {
        return told(from(peer), lines);
    }

    private List<String> told(Forwarding.Hop hop, String... lines) {
        var fields = new HeaderFields();
        forwarding.addHeaders(hop, given(lines), fields);
        List<String> told = new ArrayList<>();
        fields.forEach((name, value) -> told.add(name + ": " + value));
        return told;
    }

    @Test
    void what_a_client_says_is_not_believed() {
        assertThat(told(
                        "192.0.2.1",
                        "X-Forwarded-For: 6.6.6.6",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: evil",
                        "X-Forwarded-Port: 1",
                        "Forwarded: for=6.6.6.6;proto=https"))
                .isEqualTo(told("192.0.2.1"))
                .containsExactly(
                        "X-Forwarded-For: 192.0.2.1",
                        "X-Forwarded-Proto: http",
                        "X-Forwarded-Host: gw:8080",
                        "X-Forwarded-Port: 8080",
                        "Forwarded: for=192.0.2.1;host=\"gw:8080\";proto=http");
    }

    @Test
    void ipv6_is_quoted_in_brackets_where_that_is_asked_for() {
        assertThat(told("2001:db8::1"))
                .contains("X-Forwarded-For: 2001:db8::1")
                .contains("Forwarded: for=\"[2001:db8::1]\";host=\"gw:8080\";proto=http");
    }

    @Test
    void request_without_a_host_tells_none() {
        assertThat(told(new Forwarding.Hop(InetAddress.ofLiteral("192.0.2.1"), "https", null, 443)))
                .containsExactly(
                        "X-Forwarded-For: 192.0.2.1",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Port: 443",
                        "Forwarded: for=192.0.2.1;proto=https");
    }

    @Test
    void trusted_proxy_that_says_nothing_is_the_client() {
        assertThat(told("10.0.0.1"))
                .containsExactly(
                        "X-Forwarded-For: 10.0.0.1",
                        "X-Forwarded-Proto: http",
                        "X-Forwarded-Host: gw:8080",
                        "X-Forwarded-Port: 8080",
                        "Forwarded: for=10.0.0.1;host=\"gw:8080\";proto=http");
    }

    @Test
    void what_a_trusted_proxy_says_is_kept_and_added_to() {
        assertThat(told(
                        "10.0.0.1",
                        "X-Forwarded-For: 192.0.2.1",
                        "X-Forwarded-For: 10.0.0.2",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: shop.example",
                        "X-Forwarded-Port: 443",
                        "Forwarded: for=192.0.2.1;proto=https;by=_x, for=10.0.0.2"))
                .containsExactly(
                        "X-Forwarded-For: 192.0.2.1, 10.0.0.2, 10.0.0.1",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: shop.example",
                        "X-Forwarded-Port: 443",
                        "Forwarded: for=192.0.2.1;proto=https;by=_x, for=10.0.0.2, "
                                + "for=10.0.0.1;host=\"gw:8080\";proto=http");
    }

    /// A proxy that adds to one form and passes the other on as its client made it up.
    @Test
    void the_form_that_a_trusted_proxy_does_not_speak_is_not_believed() {
        String[] lines = {"X-Forwarded-For: 192.0.2.1", "Forwarded: for=6.6.6.6;host=evil;proto=https"};
        assertThat(told("10.0.0.1", lines))
                .contains(
                        "X-Forwarded-For: 192.0.2.1, 10.0.0.1", "X-Forwarded-Proto: http", "X-Forwarded-Host: gw:8080")
                .noneMatch(line -> line.contains("6.6.6.6") || line.contains("evil"));
        assertThat(IpAddress.text(forwarding.client(from("10.0.0.1"), given(lines))))
                .isEqualTo("192.0.2.1");
    }

    @Test
    void what_stands_before_the_first_trusted_proxys_words_is_not_believed() {
        assertThat(told("10.0.0.1", "Forwarded: for=6.6.6.6;host=evil;proto=https, for=192.0.2.1;host=a;proto=http"))
                .contains("X-Forwarded-Proto: http", "X-Forwarded-Host: a");
    }

    /// Frameworks take the first scheme and host that they find in `Forwarded`.
    @Test
    void forwarded_is_made_of_the_other_headers_where_a_trusted_proxy_says_only_those() {
        assertThat(told(
                        "10.0.0.1",
                        "X-Forwarded-For: 2001:db8::1, 10.0.0.2",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: shop.example"))
                .containsExactly(
                        "X-Forwarded-For: 2001:db8::1, 10.0.0.2, 10.0.0.1",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: shop.example",
                        "Forwarded: for=\"[2001:db8::1]\";host=shop.example;proto=https, for=10.0.0.2, "
                                + "for=10.0.0.1;host=\"gw:8080\";proto=http");
    }

    @Test
    void other_headers_are_made_of_forwarded_where_a_trusted_proxy_says_only_that() {
        assertThat(told("10.0.0.1", "Forwarded: For=\"[2001:db8::1]\";Proto=https;host=\"a:1\", for=10.0.0.2"))
                .containsExactly(
                        "X-Forwarded-For: 2001:db8::1, 10.0.0.2, 10.0.0.1",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: a:1",
                        "Forwarded: For=\"[2001:db8::1]\";Proto=https;host=\"a:1\", for=10.0.0.2, "
                                + "for=10.0.0.1;host=\"gw:8080\";proto=http");
    }

    @Test
    void scheme_that_a_trusted_proxy_tells_alone_is_the_client_s() {
        assertThat(told("10.0.0.1", "X-Forwarded-Proto: https"))
                .containsExactly(
                        "X-Forwarded-For: 10.0.0.1",
                        "X-Forwarded-Proto: https",
                        "X-Forwarded-Host: gw:8080",
                        "Forwarded: for=10.0.0.1;host=\"gw:8080\";proto=https");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "192.0.2.9 | X-Forwarded-For: 6.6.6.6 | 192.0.2.9",
                "10.0.0.1 | X-Other: 1 | 10.0.0.1",
                "10.0.0.1 | X-Forwarded-For: 192.0.2.1 | 192.0.2.1",
                "10.0.0.1 | X-Forwarded-For: 6.6.6.6, 192.0.2.1 | 192.0.2.1",
                "10.0.0.1 | X-Forwarded-For: 6.6.6.6, 192.0.2.1, 10.0.0.2 | 192.0.2.1",
                "10.0.0.1 | X-Forwarded-For: 10.0.0.3, 10.0.0.2 | 10.0.0.3",
                "10.0.0.1 | X-Forwarded-For: 192.0.2.1:4711 | 192.0.2.1",
                "10.0.0.1 | X-Forwarded-For: [2001:db8::1]:4711 | 2001:db8::1",
                "10.0.0.1 | X-Forwarded-For: 192.0.2.1, unknown | 10.0.0.1",
                "10.0.0.1 | X-Forwarded-For: , | 10.0.0.1",
                "10.0.0.1 | X-Forwarded-For: evil.example | 10.0.0.1",
                "10.0.0.1 | Forwarded: for=6.6.6.6, for=\"[2001:db8::1]:80\", for=10.9.9.9 | 2001:db8::1",
                "10.0.0.1 | Forwarded: for=_hidden | 10.0.0.1",
                "10.0.0.1 | Forwarded: proto=https | 10.0.0.1"
            })
    void client_is_the_last_one_that_is_not_trusted(String peer, String line, String client) {
        assertThat(IpAddress.text(forwarding.client(from(peer), given(line)))).isEqualTo(client);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "for=a;host=b;proto=c | for=a;host=b;proto=c",
                "FOR=a ; Host=\"b:1\" | for=a;host=\"b:1\"",
                "for=\"a, b;c\" | for=\"a, b;c\"",
                "for=\"a\\\"b\\\\\" | for=\"a\\\"b\\\\\"",
                "by=x | for=unknown",
                "nonsense | for=unknown",
                "for= | for=\"\"",
                ", ,for=a,, | for=a",
                "for=\"open | for=\"\\\"open\"",
                "for=1:2:3 | for=\"[1:2:3]\""
            })
    void as_much_as_can_be_read_is_read(String header, String element) {
        assertThat(ForwardedElement.parse(header)).singleElement().hasToString(element);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "false | '' | /outer | ''",
                "false | /api | /outer | /api",
                "true | /api | '' | /api",
                "true | /api | /outer | /outer/api",
                "true | /api | /outer/ | /outer/api",
                "true | '' | /outer | /outer"
            })
    void prefix_that_was_taken_off_is_told_behind_a_trusted_proxy_s(
            boolean trusted, String stripped, String before, String told) {
        var fields = new HeaderFields();
        HttpFields given = before.isEmpty() ? given() : given("X-Forwarded-Prefix: " + before);
        forwarding.addPrefix(trusted, stripped, given, fields);
        List<String> values = new ArrayList<>();
        fields.forEach((name, value) -> values.add(value));
        assertThat(values).isEqualTo(told.isEmpty() ? List.of() : List.of(told));
    }
}
