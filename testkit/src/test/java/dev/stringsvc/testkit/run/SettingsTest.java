package dev.stringsvc.testkit.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {
    @ParameterizedTest
    @CsvSource({"REPLICAS,0", "REPLICAS,51", "REPLICAS,three", "PORT,65536", "ADMIN_PORT,080", "ADMIN_PORT,100000"})
    void a_wrong_number_gives_one_line(String name, String value) {
        assertThatThrownBy(() -> Settings.of(Map.of(name, value), 3))
                .isInstanceOf(RunFailure.class)
                .hasMessageStartingWith(name + "=" + value + " is not a whole number from 1 to ");
    }

    @Test
    void the_two_ports_must_differ() {
        assertThatThrownBy(() -> Settings.of(Map.of("PORT", "9000", "ADMIN_PORT", "9000"), 3))
                .hasMessage("PORT and ADMIN_PORT are both 9000");
    }

    @Test
    void ids_include_the_name_of_this_machine_if_consul_is_on_another() {
        var settings = new Settings(3, 8080, 8081, Optional.of(new GivenConsul("consul.example:8500")));
        assertThat(settings.isConsulLocal()).isFalse();
        assertThat(settings.idPrefix("stringsvc")).matches("stringsvc-[^.]+");
    }
}
