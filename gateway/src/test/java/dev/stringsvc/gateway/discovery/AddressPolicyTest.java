package dev.stringsvc.gateway.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.config.ConfigLoader;
import dev.stringsvc.program.HostPort;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Consul's port is 8500, and the gateway's own port is 8080. The test connects to nothing, and resolves
/// only localhost.
class AddressPolicyTest {
    private static final int PORT = 80;

    private final AddressPolicy beside = policy("127.0.0.1", List.of());
    private final AddressPolicy away = policy("192.0.2.5", List.of());
    private final AddressPolicy lax = policy("127.0.0.1", List.of(address -> true));

    private static AddressPolicy policy(String consul, List<? extends Predicate<InetAddress>> ranges) {
        RegistryAddress registry = RegistryAddress.consul(new HostPort(consul, 8500));
        var reserved = new ReservedPorts(List.of(registry, RegistryAddress.etcd(List.of(new HostPort("::1", 12_379)))));
        reserved.add(8080);
        reserved.add(0);
        return new AddressPolicy(ranges, reserved, registry);
    }

    private static String host(AddressPolicy policy, String host) {
        return policy.allowed(Instance.of("i", host, PORT)).host();
    }

    private static void refuses(AddressPolicy policy, String host, int port, String why) {
        assertThatThrownBy(() -> policy.allowed(Instance.of("i", host, port)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.1, 10.0.0.1",
        "192.0.2.1, 192.0.2.1",
        "2001:DB8:0:0::1, 2001:db8::1",
        "[2001:db8::1], 2001:db8::1",
        "::ffff:10.0.0.1, 10.0.0.1",
        "fd00::1, fd00::1",
        "web-1, web-1",
        "web_1.node.consul, web_1.node.consul",
        "web.internal., web.internal.",
        "1.example, 1.example",
        "0xabc.example, 0xabc.example"
    })
    void an_ordinary_address_or_name_is_allowed_in_one_form(String host, String text) {
        assertThat(host(beside, host)).isEqualTo(text);
        assertThat(host(away, host)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "169.254.169.254",
                "169.254.0.1",
                "::ffff:169.254.169.254",
                "[::ffff:a9fe:a9fe]",
                "fe80::1",
                "febf::1",
                "64:ff9b::a9fe:a9fe",
                "2002:a9fe:a9fe::1",
                "::169.254.169.254"
            })
    void link_local_addresses_are_refused(String host) {
        refuses(beside, host, PORT, "is link-local; consul.addresses sets the allowed ranges");
        refuses(away, host, PORT, "is link-local");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "::1", "[::1]", "::ffff:127.0.0.1", "64:ff9b::7f00:1"})
    void loopback_is_refused_unless_consul_is_there(String host) {
        refuses(away, host, PORT, "is the loopback, and Consul is not reached over it; consul.addresses sets");
        assertThat(host(beside, host)).isNotEmpty();
        assertThat(host(policy("::1", List.of()), host)).isNotEmpty();
        assertThat(host(policy("localhost", List.of()), host)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "0.1.2.3",
                "::",
                "[::]",
                "::ffff:0.0.0.0",
                "224.0.0.1",
                "239.255.255.255",
                "ff02::1",
                "255.255.255.255",
                "64:ff9b::ffff:ffff",
                "64:ff9b::e000:1",
                "2002:0001:0203::1",
                "::ffff:255.255.255.255"
            })
    void addresses_of_no_single_machine_are_refused_whatever_is_allowed(String host) {
        refuses(beside, host, PORT, " is ");
        refuses(lax, host, PORT, " is ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2130706433",
                "0x7f.1",
                "0x7f000001",
                "0X7F.0.0.0x1",
                "127.1",
                "127.0.1",
                "0177.0.0.1",
                "127.0.0.01",
                "127.0.0.1.",
                "127.0.0.256",
                "127.0.0.0x1",
                "1.2.3.4.5",
                "１２７.0.0.1",
                "127。0。0。1",
                "fe80::1%eth0",
                "::1%lo",
                "[127.0.0.1]",
                "[web-1]",
                "[::1",
                "1::2::3",
                "12345::",
                "a b",
                "a/b",
                "a@b",
                "web:80",
                "a..b",
                ".a",
                "."
            })
    void what_is_neither_a_plain_address_nor_a_name_is_refused(String host) {
        refuses(lax, host, PORT, "'" + host + "' ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"})
    void own_ports_and_those_of_registries_are_refused_whatever_is_allowed(String host) {
        for (AddressPolicy policy : List.of(beside, lax)) {
            refuses(policy, host, 8080, "is the gateway's own port");
            for (int port = 8500; port <= 8503; port++) {
                refuses(policy, host, port, "is Consul's own API");
            }
            for (int port : new int[] {2379, 2380, 12_379}) {
                refuses(policy, host, port, "is etcd's own API");
            }
            assertThat(policy.refusal(InetAddress.ofLiteral(host), 8504)).isNull();
            assertThat(policy.refusal(InetAddress.ofLiteral("192.0.2.1"), 8080)).isNull();
            assertThat(policy.refusal(InetAddress.ofLiteral("192.0.2.1"), 8500)).isNull();
        }
        refuses(away, "192.0.2.5", 8500, "192.0.2.5:8500 is Consul's own API");
        refuses(away, "64:ff9b::c000:205", 8501, "is Consul's own API");
    }

    @Test
    void instances_in_etcd_may_be_on_the_loopback_if_all_members_are() {
        String web = "127.0.0.1";
        for (String other : List.of("192.0.2.5", "127.0.0.2")) {
            RegistryAddress etcd =
                    RegistryAddress.etcd(List.of(new HostPort("127.0.0.1", 2379), new HostPort(other, 2379)));
            var policy = new AddressPolicy(List.of(), new ReservedPorts(List.of(etcd)), etcd);
            if (other.equals("192.0.2.5")) {
                refuses(policy, web, PORT, "is the loopback, and etcd is not reached over it; etcd.addresses sets");
                refuses(policy, other, 2380, "192.0.2.5:2380 is etcd's own API");
            } else {
                assertThat(host(policy, web)).isEqualTo(web);
            }
        }
    }

    @Test
    void a_cloud_s_metadata_over_ipv6_is_refused_unless_a_range_has_it() {
        refuses(beside, "fd00:ec2::254", PORT, "is a cloud's metadata service; consul.addresses sets");
        refuses(away, "fd00:ec2:0:0::254", PORT, "is a cloud's metadata service");
        assertThat(host(lax, "fd00:ec2::254")).isEqualTo("fd00:ec2::254");
    }

    @Test
    void own_ports_are_refused_on_every_address_of_this_machine() throws SocketException {
        List<InetAddress> here = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .toList();
        assertThat(here)
                .isNotEmpty()
                .allSatisfy(address -> assertThat(lax.refusal(address, 8080)).endsWith("is the gateway's own port"));
    }

    @Test
    void where_ranges_are_given_these_alone_are_allowed() throws ConfigException {
        var flags = ConfigLoader.noFlags();
        var ranges = flags.putObject("consul").putArray("addresses");
        List.of("10.0.0.0/8", "169.254.7.7", "fd00::/8").forEach(ranges::add);
        AddressPolicy policy = policy(
                "127.0.0.1", ConfigLoader.load(Optional.empty(), flags).consul().addresses());
        for (String host : List.of("10.1.2.3", "::ffff:10.1.2.3", "169.254.7.7", "fd00::7")) {
            assertThat(host(policy, host)).isNotEmpty();
        }
        for (String host : List.of("11.1.2.3", "169.254.7.8", "127.0.0.1", "fe80::1", "2001:db8::1")) {
            refuses(policy, host, PORT, "is not in the ranges of consul.addresses");
        }
    }
}
