package dev.stringsvc.hotels.consul;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.consul.ConsulSettings;
import dev.stringsvc.consul.registration.HealthCheck;
import dev.stringsvc.consul.registration.Instance;
import dev.stringsvc.examples.program.Settings;
import dev.stringsvc.program.HostPort;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SelfTest {
    private static Instance instance(String host, Role role, Optional<String> id) throws IOException {
        var settings =
                new Settings(host, 0, Optional.empty(), new Settings.Stop(Duration.ZERO, Duration.ofSeconds(10)));
        var how = new ConsulUse.Registration(id, Duration.ofSeconds(1), Duration.ofMinutes(1));
        return new Self(settings, ConsulSettings.at("127.0.0.1:8500"), how, role, 7000).current();
    }

    @Test
    void a_grpc_role_registers_its_protocol_its_route_and_a_grpc_check() throws IOException {
        Instance self = instance("10.0.0.7", Role.transcoded("rate", "/api/rate"), Optional.of("rate-1"));
        assertThat(self.id()).isEqualTo("rate-1");
        assertThat(self.name()).isEqualTo("rate");
        assertThat(self.address()).isEqualTo(new HostPort("10.0.0.7", 7000));
        assertThat(self.atNode()).isFalse();
        assertThat(self.meta()).containsEntry("protocol", "h2c").containsKey("version");
        assertThat(self.tags()).contains("gateway.path=/api/rate", "gateway.protocol=h2c", "gateway.transcode=true");
        assertThat(self.check().protocol()).isEqualTo(HealthCheck.Protocol.GRPC);
    }

    @Test
    void frontend_registers_the_root_and_an_http_check() throws IOException {
        Instance self = instance("10.0.0.7", Role.http("frontend"), Optional.empty());
        assertThat(self.id()).startsWith("frontend-").endsWith("-7000");
        assertThat(self.meta()).containsEntry("protocol", "http");
        assertThat(self.tags()).containsExactly("gateway.path=/");
        assertThat(self.check().protocol()).isEqualTo(HealthCheck.Protocol.HTTP);
    }

    @Test
    void beside_consul_on_all_addresses_others_use_the_address_of_consuls_node() throws IOException {
        Instance self = instance("0.0.0.0", Role.grpc("geo"), Optional.empty());
        assertThat(self.atNode()).isTrue();
        assertThat(self.address()).isEqualTo(new HostPort("127.0.0.1", 7000));
    }
}
