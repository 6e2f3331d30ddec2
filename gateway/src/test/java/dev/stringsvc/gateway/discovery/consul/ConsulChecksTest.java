package dev.stringsvc.gateway.discovery.consul;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.stringsvc.gateway.discovery.Instance;
import dev.stringsvc.gateway.discovery.Unhealthy;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ConsulChecksTest {
    private static final Instance.Key KEY = new Instance.Key("one", "127.0.0.1", 1);

    private final ArrayNode checks = new JsonMapper().createArrayNode();

    private void check(String id, String status, String output) {
        checks.addObject()
                .put("CheckID", id)
                .put("Name", id)
                .put("Status", status)
                .put("Output", output)
                .put("Notes", output);
    }

    private Optional<String> unhealthy() {
        return ConsulChecks.unhealthy(KEY, checks).map(Unhealthy::description);
    }

    @Test
    void without_checks_and_with_checks_that_pass_an_instance_is_healthy() {
        assertThat(unhealthy()).isEmpty();
        check("alive", "passing", "ok");
        assertThat(unhealthy()).isEmpty();
    }

    @Test
    void the_worst_check_is_told() {
        check("alive", "warning", "slow");
        assertThat(unhealthy()).hasValue("warning: alive: slow");
        check("disk", "critical", "full");
        assertThat(unhealthy()).hasValue("critical: disk: full");
        check("_service_maintenance:one", "critical", "upgrade");
        assertThat(unhealthy()).hasValue("maintenance: upgrade");
    }

    @Test
    void an_output_is_one_line_is_cut_and_steers_no_terminal() {
        check("alive", "critical", "first\n  second \u001b[2J\u202e" + "x".repeat(5_000));
        assertThat(unhealthy().orElseThrow())
                .startsWith("critical: alive: first second \\u001b[2J\\u202exxx")
                .endsWith("x…")
                .hasSizeBetween(200, 230);
    }

    @Test
    void a_check_without_a_status_is_not_passing() {
        checks.addObject();
        assertThat(unhealthy()).hasValue("unknown");
    }
}
