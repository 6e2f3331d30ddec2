package dev.stringsvc.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.config.ConfigLoader;
import dev.stringsvc.gateway.config.ConfigSource;
import dev.stringsvc.gateway.config.Configuration;
import dev.stringsvc.gateway.config.ServiceTags;
import dev.stringsvc.gateway.config.TagRoute;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.server.Live.Quarantined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TagRoutesTest {
    private final TagRoutes routes = new TagRoutes();

    private static Configuration file(String... paths) throws ConfigException {
        var flags = ConfigLoader.noFlags();
        var list = flags.putArray("routes");
        for (String path : paths) {
            list.addObject().put("path", path).put("service", "file");
        }
        return new ConfigSource(Optional.empty(), flags, false).load();
    }

    private static List<TagRoute> tagged(Map<String, List<String>> services) {
        List<TagRoute> tagged = new ArrayList<>();
        new TreeMap<>(services).forEach((service, tags) -> tagged.addAll(ServiceTags.routes(service, tags)));
        return tagged;
    }

    private static List<String> names(TagRoutes.Outcome outcome) {
        return outcome.table().routes().stream().map(Route::name).toList();
    }

    private static List<String> quarantined(TagRoutes.Outcome outcome) {
        return outcome.quarantined().stream().map(Quarantined::route).toList();
    }

    @Test
    void of_routes_that_exclude_each_other_the_files_stays_and_then_the_first_services() throws Exception {
        var outcome = routes.beside(
                file("/x"),
                tagged(Map.of(
                        "c", List.of("gateway.path=/a"),
                        "b", List.of("gateway.path=/a", "gateway.more.path=/b"),
                        "a", List.of("gateway.path=/x/"))));
        assertThat(names(outcome)).containsExactly("/x", "b@consul", "b.more@consul");
        assertThat(quarantined(outcome)).containsExactly("a@consul", "c@consul");
        assertThat(outcome.quarantined().getLast().reason()).contains("'b@consul'", "'c@consul'", "/a");
    }

    @Test
    void many_are_fitted_and_only_those_that_clash_are_out() throws Exception {
        Map<String, List<String>> services = new TreeMap<>();
        for (int i = 0; i < 1_000; i++) {
            // each hundredth service wants what the one before it has
            int path = i % 100 == 99 ? i - 1 : i;
            services.put("s%04d".formatted(i), List.of("gateway.path=/p" + path));
        }
        var outcome = routes.beside(file(), tagged(services));
        assertThat(names(outcome)).hasSize(990);
        assertThat(quarantined(outcome)).hasSize(10).contains("s0099@consul", "s0999@consul");
    }

    @Test
    void what_was_live_goes_on_as_it_was_while_its_tags_are_not_in_order() throws Exception {
        Configuration file = file();
        Route old = routes.beside(file, tagged(Map.of("a", List.of("gateway.path=/old"))))
                .table()
                .routes()
                .getFirst();
        for (String bad : List.of("gateway.path=/new", "gateway.pth=/new", "gateway.attempts=99")) {
            var outcome = routes.beside(file, tagged(Map.of("a", List.of("gateway.path=/old", bad))));
            assertThat(outcome.table().routes()).containsExactly(old);
            assertThat(outcome.quarantined().getFirst().reason()).endsWith("; the route goes on as it was");
        }
        var outcome = routes.beside(file, tagged(Map.of("a", List.of("gateway.path=/new"))));
        assertThat(outcome.table().routes()).hasSize(1).doesNotContain(old);
        assertThat(outcome.quarantined()).isEmpty();
        assertThat(routes.beside(file, List.of()).table().routes()).isEmpty();
        var gone = routes.beside(file, tagged(Map.of("a", List.of("gateway.path=new"))));
        assertThat(gone.table().routes()).isEmpty();
    }

    @Test
    void a_loaded_file_gives_the_tags_routes_its_defaults() throws Exception {
        List<TagRoute> tagged = tagged(Map.of("a", List.of("gateway.path=/a")));
        Route before = routes.beside(file(), tagged).table().routes().getFirst();
        var flags = ConfigLoader.noFlags();
        flags.putObject("route-defaults").put("attempts", 7);
        flags.putArray("routes");
        var loaded = new ConfigSource(Optional.empty(), flags, false).load();
        assertThat(routes.beside(loaded, tagged).table().routes()).hasSize(1).doesNotContain(before);
    }
}
