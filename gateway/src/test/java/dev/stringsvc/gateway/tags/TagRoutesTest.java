package dev.stringsvc.gateway.tags;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.stringsvc.gateway.config.ConfigException;
import dev.stringsvc.gateway.config.ConfigLoader;
import dev.stringsvc.gateway.config.ConfigSource;
import dev.stringsvc.gateway.config.Configuration;
import dev.stringsvc.gateway.config.TagRoute;
import dev.stringsvc.gateway.config.TagRule;
import dev.stringsvc.gateway.route.Match;
import dev.stringsvc.gateway.route.RequestHead;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.gateway.tags.TagOwners.Owner;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TagRoutesTest {
    private static final Duration HOLD = Duration.ofMinutes(1);

    private Instant now = Instant.parse("2026-01-02T03:04:05Z");
    private List<Owner> stored = List.of();
    private TagRoutes routes = started();

    /// A run that knows what the one before kept.
    private TagRoutes started(TagRule... rules) {
        var store = new TagOwners.Store() {
            @Override
            public List<Owner> read() {
                return stored;
            }

            @Override
            public void keep(List<Owner> owners) {
                stored = owners;
            }
        };
        return new TagRoutes(List.of(rules), new TagOwners(store, Duration.ofMinutes(10), HOLD, () -> now));
    }

    private TagRoutes.Outcome beside(Configuration file, List<TagRoute> tagged) {
        now = now.plusSeconds(1);
        return routes.beside(file, tagged, List.of());
    }

    private TagRoutes.Outcome beside(Configuration file, Map<String, List<String>> tagged) {
        return beside(file, tagged(tagged));
    }

    private static Configuration file(String... paths) throws ConfigException {
        var flags = ConfigLoader.noFlags();
        var list = flags.putArray("routes");
        for (String path : paths) {
            list.addObject().put("path", path).put("service", "file");
        }
        return new ConfigSource(Optional.empty(), flags).load();
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
        var outcome = beside(
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
        var outcome = beside(file(), tagged(services));
        assertThat(names(outcome)).hasSize(990);
        assertThat(quarantined(outcome)).hasSize(10).contains("s0099@consul", "s0999@consul");
    }

    @Test
    void what_was_live_goes_on_as_it_was_while_its_tags_are_not_in_order() throws Exception {
        Configuration file = file();
        Route old = beside(file, tagged(Map.of("a", List.of("gateway.path=/old"))))
                .table()
                .routes()
                .getFirst();
        for (String bad : List.of("gateway.path=/new", "gateway.pth=/new", "gateway.attempts=99")) {
            var outcome = beside(file, tagged(Map.of("a", List.of("gateway.path=/old", bad))));
            assertThat(outcome.table().routes()).containsExactly(old);
            assertThat(outcome.quarantined().getFirst().reason()).endsWith("; the route goes on as it was");
        }
        var outcome = beside(file, tagged(Map.of("a", List.of("gateway.path=/new"))));
        assertThat(outcome.table().routes()).hasSize(1).doesNotContain(old);
        assertThat(outcome.quarantined()).isEmpty();
        assertThat(beside(file, List.of()).table().routes()).isEmpty();
        var gone = beside(file, tagged(Map.of("a", List.of("gateway.path=new"))));
        assertThat(gone.table().routes()).isEmpty();
    }

    @Test
    void a_loaded_file_gives_the_tags_routes_its_defaults() throws Exception {
        List<TagRoute> tagged = tagged(Map.of("a", List.of("gateway.path=/a")));
        Route before = beside(file(), tagged).table().routes().getFirst();
        var flags = ConfigLoader.noFlags();
        flags.putObject("route-defaults").put("attempts", 7);
        flags.putArray("routes");
        var loaded = new ConfigSource(Optional.empty(), flags).load();
        assertThat(beside(loaded, tagged).table().routes()).hasSize(1).doesNotContain(before);
    }

    private static final Map<String, List<String>> USERS = Map.of("users", List.of("gateway.path=/users"));
    private static final Map<String, List<String>> BOTH =
            Map.of("users", List.of("gateway.path=/users"), "a-evil", List.of("gateway.path=/users/"));
    private static final Map<String, List<String>> EVIL = Map.of("a-evil", List.of("gateway.path=/users/"));

    @Test
    void who_had_a_path_first_keeps_it_across_restarts_too() throws Exception {
        Configuration file = file();
        assertThat(names(beside(file, USERS))).containsExactly("users@consul");
        assertThat(names(beside(file, BOTH))).containsExactly("users@consul");
        assertThat(names(beside(file, BOTH))).containsExactly("users@consul");
        routes = started();
        assertThat(names(beside(file, BOTH))).containsExactly("users@consul");
        routes = started();
        now = now.plus(Duration.ofDays(30));
        var outcome = beside(file, BOTH);
        assertThat(names(outcome)).containsExactly("users@consul");
        assertThat(outcome.quarantined().getFirst().reason()).contains("'users@consul'", "'a-evil@consul'");
    }

    @Test
    void among_strangers_the_name_decides() throws Exception {
        assertThat(names(beside(file(), BOTH))).containsExactly("a-evil@consul");
    }

    @Test
    void who_is_back_within_ten_minutes_has_it_again_and_after_that_is_a_stranger() throws Exception {
        Configuration file = file();
        beside(file, USERS);
        assertThat(names(beside(file, EVIL))).isEmpty();
        now = now.plus(Duration.ofMinutes(9));
        assertThat(names(beside(file, EVIL))).containsExactly("a-evil@consul");
        assertThat(names(beside(file, BOTH))).containsExactly("users@consul");
        assertThat(names(beside(file, EVIL))).isEmpty();
        now = now.plus(Duration.ofMinutes(11));
        beside(file, EVIL);
        assertThat(names(beside(file, BOTH))).containsExactly("a-evil@consul");
        assertThat(stored).extracting(Owner::service).containsExactly("a-evil");
    }

    @Test
    void a_start_without_an_answer_of_consul_forgets_nobody() throws Exception {
        beside(file(), USERS);
        routes = started();
        beside(file(), Map.of());
        now = now.plus(Duration.ofDays(1));
        beside(file(), Map.of());
        assertThat(names(beside(file(), BOTH))).containsExactly("users@consul");
    }

    @Test
    void a_service_that_is_not_listed_any_more_keeps_its_route_for_the_hold() throws Exception {
        Configuration file = file();
        beside(file, USERS);
        Instant gone = now;
        for (Duration later : List.of(Duration.ZERO, HOLD.minusSeconds(1))) {
            now = gone.plus(later);
            var outcome = routes.beside(file, tagged(EVIL), tagged(USERS));
            assertThat(names(outcome)).containsExactly("users@consul");
            assertThat(outcome.again()).isEqualTo(gone.plus(HOLD));
            assertThat(outcome.quarantined().getFirst().reason()).contains("'users' had /users first", "guard.hold");
        }
        now = gone.plus(HOLD);
        var outcome = routes.beside(file, tagged(EVIL), tagged(USERS));
        assertThat(names(outcome)).containsExactly("a-evil@consul");
        assertThat(outcome.again()).isEqualTo(Instant.MAX);
    }

    @Test
    void what_a_service_had_that_is_gone_is_free_after_the_hold_across_restarts_too() throws Exception {
        Configuration file = file();
        beside(file, USERS);
        routes = started();
        var outcome = beside(file, EVIL);
        assertThat(names(outcome)).isEmpty();
        assertThat(outcome.again()).isEqualTo(now.plus(HOLD));
        now = outcome.again();
        assertThat(names(beside(file, EVIL))).containsExactly("a-evil@consul");
    }

    @Test
    void who_has_other_methods_goes_on_while_the_first_is_gone() throws Exception {
        Configuration file = file();
        Map<String, List<String>> reads = Map.of("reads", List.of("gateway.path=/x", "gateway.methods=GET"));
        Map<String, List<String>> writes = Map.of("writes", List.of("gateway.path=/x", "gateway.methods=POST"));
        beside(file, reads);
        Map<String, List<String>> both = new TreeMap<>(reads);
        both.putAll(writes);
        assertThat(names(beside(file, both))).containsExactly("reads@consul", "writes@consul");
        assertThat(names(beside(file, writes))).containsExactly("writes@consul");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            gateway.path=/x                             | gateway.path=/x gateway.methods=GET       | out
            gateway.path=/x                             | gateway.path=/x gateway.exact=true        | out
            gateway.path=/x gateway.exact=true          | gateway.path=/x                           | out
            gateway.path=/x/{id}                        | gateway.path=/x/{a} gateway.exact=true    | out
            gateway.path=/x gateway.host=a.b            | gateway.path=/x gateway.host=a.b gateway.methods=PUT | out
            gateway.path=/x gateway.methods=GET         | gateway.path=/x                           | out
            gateway.path=/x gateway.methods=GET         | gateway.path=/x gateway.methods=POST,GET  | out
            gateway.path=/x gateway.methods=GET         | gateway.path=/x gateway.methods=GET gateway.exact=true | out
            gateway.path=/x gateway.methods=GET         | gateway.path=/x gateway.methods=POST      | in
            gateway.path=/x                             | gateway.path=/x/y gateway.methods=GET     | in
            """)
    void a_more_specific_route_takes_no_host_and_path_that_another_had_first(
            String first, String newcomer, String expected) throws Exception {
        Configuration file = file();
        Map<String, List<String>> tags = new TreeMap<>(Map.of("users", List.of(first.split(" ", -1))));
        beside(file, tags);
        tags.put("a-evil", List.of(newcomer.split(" ", -1)));
        for (int i = 0; i < 2; i++) {
            var outcome = beside(file, tags);
            assertThat(names(outcome)).hasSize(expected.equals("in") ? 2 : 1).contains("users@consul");
            assertThat(quarantined(outcome)).hasSize(expected.equals("in") ? 0 : 1);
            routes = started();
        }
    }

    @Test
    void a_service_is_not_kept_out_by_its_own_routes() throws Exception {
        var outcome =
                beside(file(), Map.of("a", List.of("gateway.path=/x", "gateway.r.path=/x", "gateway.r.methods=GET")));
        assertThat(names(outcome)).hasSize(2);
    }

    @Test
    void tags_aim_at_no_instances_that_the_configuration_names() throws Exception {
        Configuration file = fileOf("{routes: [], etcd: {endpoints: [a]}, services:"
                + " {ops: {instances: ['127.0.0.1:9']}, mail: {registry: etcd}, users: {}}}");
        var outcome = beside(
                file,
                Map.of(
                        "ops", List.of("gateway.path=/x", "gateway.rewrite=/admin"),
                        "mail", List.of("gateway.path=/mail"),
                        "users", List.of("gateway.path=/users")));
        assertThat(names(outcome)).containsExactly("users@consul");
        assertThat(outcome.quarantined())
                .extracting(Quarantined::reason)
                .containsExactlyInAnyOrder(
                        "the configuration says where this service's instances are; tags make no routes to it",
                        "this service's instances are in etcd; tags in Consul make no routes to it");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void a_method_that_the_files_route_refuses_is_not_for_tags(boolean ruled) throws Exception {
        if (ruled) {
            routes = started(new TagRule("*", List.of(), List.of("/"), false));
        }
        RouteTable table =
                beside(fileOf("""
                                routes:
                                  - {path: /users, methods: [GET, HEAD], service: s}
                                  - {path: /, methods: [GET], service: s}"""), Map.of("z-evil", List.of("gateway.path=/"))).table();
        var post = RequestHead.of("POST", "x.example", "/users/7", name -> List.of());
        assertThat(table.match(post))
                .isInstanceOfSatisfying(
                        Match.MethodNotAllowed.class,
                        refused -> assertThat(refused.allowed()).containsExactly("GET", "HEAD"));
        assertThat(table.explain(post)).noneMatch(RouteTable.Explanation::taken);
        assertThat(table.isAmbiguous(post, table.match(post))).isFalse();
        var beside = RequestHead.of("POST", "x.example", "/usersettings", name -> List.of());
        assertThat(table.match(beside))
                .isInstanceOfSatisfying(
                        Match.Found.class,
                        found -> assertThat(found.route().name()).isEqualTo("z-evil@consul"));
    }

    @Test
    void another_services_route_of_the_same_name_does_not_go_on_as_ones_own() throws Exception {
        beside(file(), Map.of("a.b", List.of("gateway.path=/a")));
        var outcome = beside(file(), Map.of("a", List.of("gateway.b.path=bad"), "a.b", List.of("gateway.path=/a")));
        assertThat(names(outcome)).containsExactly("a.b@consul");
        assertThat(outcome.quarantined().getFirst().reason()).doesNotContain("goes on");
    }

    private static Configuration fileOf(String yaml) throws Exception {
        var flags = (ObjectNode) new YAMLMapper().readTree(yaml);
        return new ConfigSource(Optional.empty(), flags).load();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            {path: /users}                    | -             | /users/7        | out
            {path: /users}                    | -             | /users/7/x      | out
            {path: /users}                    | x.example     | /users          | out
            {path: /users}                    | x.example     | /               | out
            {path: /users}                    | x.example     | /{any}          | out
            {path: /users}                    | -             | /               | in
            {path: /users}                    | -             | /{any}          | in
            {path: /users}                    | -             | /usersettings   | in
            {path: /users}                    | x.example     | /orders         | in
            {path: /users, methods: [GET]}    | -             | /users/7        | out
            {path: /users, headers: {A: b}}   | -             | /users          | out
            {path: '/users/{id}/orders'}      | -             | /users/me       | out
            {path: '/users/{id}/orders'}      | -             | /users          | in
            {path: /users, exact: true}       | -             | /users/7        | in
            {path: /users, exact: true}       | x.example     | /users          | out
            {path: /a, host: x.example}       | -             | /a/b            | in
            {path: /a, host: x.example}       | y.example     | /a/b            | in
            {path: /a, host: x.example}       | '*.example'   | /a/b            | in
            {path: /a, host: x.example}       | x.example     | /a/b            | out
            {path: /a, host: '*.example'}     | x.example     | /a              | out
            {path: /a, host: '*.example'}     | '*.x.example' | /               | out
            {path: /a, host: '*.x.example'}   | '*.example'   | /a/b            | in
            {path: /}                         | -             | /users          | in
            {path: /}                         | x.example     | /               | in
            {path: /, exclusive: true}        | -             | /users          | out
            {path: /, exclusive: true}        | x.example     | /               | out
            {path: /, host: a.b, exclusive: true} | a.b       | /x              | out
            {path: /, host: a.b, exclusive: true} | -         | /x              | in
            """)
    void the_files_routes_lose_no_request_to_tags(String route, String host, String path, String expected)
            throws Exception {
        Configuration file = fileOf("routes: [" + route.replaceFirst("}$", ", service: s, name: files}") + "]");
        List<String> tags = host == null
                ? List.of("gateway.path=" + path)
                : List.of("gateway.path=" + path, "gateway.host=" + host);
        var outcome = beside(file, Map.of("z-evil", tags));
        assertThat(names(outcome)).hasSize(expected.equals("in") ? 2 : 1);
        if (expected.equals("out")) {
            assertThat(outcome.quarantined().getFirst().reason()).contains("the file's route 'files'");
        }
    }

    @Test
    void a_redirect_by_tags_that_its_own_route_takes_is_quarantined() throws Exception {
        routes = started(new TagRule("*", List.of("*"), List.of("/"), true));
        TagRoutes.Outcome outcome = beside(
                file(),
                Map.of("a", List.of("urlprefix-/a redirect=301,/a/b"), "b", List.of("urlprefix-/b redirect=301,/c")));
        assertThat(quarantined(outcome)).hasSize(1);
        assertThat(outcome.quarantined().getFirst().reason())
                .contains("redirect.to: expected a target that this route does not take itself");
        assertThat(outcome.table().routes()).hasSize(1);
    }

    @Test
    void a_redirect_by_tags_whose_target_other_tags_take_is_no_loop() throws Exception {
        routes = started(new TagRule("*", List.of("*"), List.of("/"), true));
        TagRoutes.Outcome outcome =
                beside(file(), Map.of("a", List.of("urlprefix-/a redirect=301,/a/b"), "b", List.of("urlprefix-/a/b")));
        assertThat(outcome.quarantined()).isEmpty();
    }

    @Test
    void a_redirect_by_tags_whose_target_would_go_to_a_quarantined_route_is_a_loop() throws Exception {
        routes = started(
                new TagRule("a", List.of("*"), List.of("/"), true),
                new TagRule("b", List.of("*"), List.of("/b"), false));
        TagRoutes.Outcome outcome =
                beside(file(), Map.of("a", List.of("urlprefix-/a redirect=301,/a/b"), "b", List.of("urlprefix-/a/b")));
        assertThat(quarantined(outcome)).containsExactlyInAnyOrder("a:/a@consul", "b:/a/b@consul");
        assertThat(outcome.table().routes()).isEmpty();
    }

    @Test
    void a_redirect_by_tags_that_leads_to_one_that_is_taken_out_is_taken_out_too() throws Exception {
        routes = started(new TagRule("*", List.of("*"), List.of("/"), true));
        TagRoutes.Outcome outcome = beside(
                file(), Map.of("a", List.of("urlprefix-/a redirect=301,/a/b", "urlprefix-/a/b redirect=301,/a/b/c")));
        assertThat(quarantined(outcome)).containsExactlyInAnyOrder("a:/a@consul", "a:/a/b@consul");
    }

    @Test
    void a_redirect_that_was_live_goes_on_as_it_was_while_its_tags_make_a_loop() throws Exception {
        routes = started(new TagRule("*", List.of("*"), List.of("/"), true));
        Configuration file = file();
        List<Route> before = beside(file, Map.of("a", List.of("urlprefix-/a redirect=301,/b")))
                .table()
                .routes();
        TagRoutes.Outcome outcome = beside(file, Map.of("a", List.of("urlprefix-/a redirect=301,/a/b")));
        assertThat(outcome.table().routes()).hasSize(1).isEqualTo(before);
        assertThat(outcome.quarantined().getFirst().reason())
                .contains("redirect.to: expected")
                .endsWith("; the route goes on as it was");
    }

    @Test
    void a_redirect_by_tags_that_repeats_the_path_costs_little() throws Exception {
        routes = started(new TagRule("*", List.of("*"), List.of("/"), true));
        TagRoutes.Outcome outcome = beside(
                file(),
                Map.of("a", List.of("urlprefix-/a redirect=301," + "$path".repeat(500)), "b", List.of("urlprefix-/b")));
        assertThat(quarantined(outcome)).containsExactly("a:/a@consul");
        assertThat(names(outcome)).containsExactly("b:/b@consul");
    }

    @ParameterizedTest
    @ValueSource(strings = {"urlprefix-/a/*", "urlprefix-/a,/b", "gateway.path=/a/**"})
    void a_path_with_an_asterisk_or_a_comma_is_quarantined(String tag) throws Exception {
        TagRoutes.Outcome outcome = beside(file(), Map.of("a", List.of(tag)));
        assertThat(outcome.quarantined().getFirst().reason()).startsWith("path: expected ");
        assertThat(outcome.table().routes()).isEmpty();
    }

    @Test
    void redirects_by_tags_need_a_rule_that_says_so() throws Exception {
        Map<String, List<String>> redirect =
                Map.of("a", List.of("urlprefix-/a redirect=301,https://elsewhere.example/"));
        assertThat(beside(file(), redirect).quarantined().getFirst().reason())
                .contains("consul.tag-rules", "redirects: true");
        routes = started(new TagRule("*", List.of(), List.of("/"), false));
        assertThat(beside(file(), redirect).quarantined()).hasSize(1);
        routes = started(new TagRule("*", List.of(), List.of("/"), true));
        assertThat(beside(file(), redirect).quarantined()).isEmpty();
    }

    @Test
    void with_rules_a_service_has_what_one_of_them_allows_and_nothing_else() throws Exception {
        routes = started(new TagRule("team-a-*", List.of("*.a.example"), List.of("/a"), false));
        assertThat(names(beside(
                        file(),
                        Map.of(
                                "team-a-1", List.of("gateway.host=x.a.example", "gateway.path=/a/b"),
                                "team-a-2", List.of("gateway.path=/a"),
                                "team-a-3", List.of("gateway.host=x.a.example", "gateway.path=/b"),
                                "team-b", List.of("gateway.host=y.a.example", "gateway.path=/a")))))
                .containsExactly("team-a-1@consul");
    }

    @Test
    void what_one_service_asks_for_makes_no_path_of_another_ambiguous() throws Exception {
        Map<String, List<String>> tags =
                Map.of("files", List.of("gateway.path=/files"), "evil", List.of("gateway.path=/files/login"));
        var request = RequestHead.of("GET", "x.example", "/files/login;jsessionid=A1", name -> List.of());
        RouteTable open = beside(file(), tags).table();
        assertThat(open.isAmbiguous(request, open.match(request))).isFalse();
        routes = started(new TagRule("*", List.of(), List.of("/files"), false));
        RouteTable ruled = beside(file(), tags).table();
        assertThat(ruled.isAmbiguous(request, ruled.match(request)))
                .as("what the operator allows counts")
                .isTrue();
        stored = List.of();
        routes = started();
        RouteTable one = beside(file(), Map.of("files", List.of("gateway.path=/files", "gateway.l.path=/files/login")))
                .table();
        assertThat(one.isAmbiguous(request, one.match(request)))
                .as("its own routes protect each other")
                .isTrue();
        RouteTable files = beside(
                        fileOf("routes: [{path: /admin, service: s}, {path: /, service: s}]"),
                        Map.of("evil", List.of("gateway.path=/x")))
                .table();
        var bypass = RequestHead.of("GET", "x.example", "/%2561dmin", name -> List.of());
        assertThat(files.isAmbiguous(bypass, files.match(bypass))).isTrue();
    }

    /// Comparisons of routes are the work: of 16 times as many pairs it is 16 times as much, and would be 256 times as
    /// much if each newcomer were compared with all.
    @Test
    void what_many_pairs_that_contradict_each_other_cost_grows_with_their_number() throws Exception {
        Configuration file = file();
        Duration some = fit(file, 500, 20);
        Duration more = fit(file, 8_000, 3);
        assertThat(more).isLessThan(some.multipliedBy(16 * 5));
    }

    /// The processor time of the quickest of some runs.
    private Duration fit(Configuration file, int pairs, int runs) {
        Map<String, List<String>> services = new TreeMap<>();
        for (int i = 0; i < pairs * 2; i++) {
            services.put("s%05d".formatted(i), List.of("gateway.path=/p" + i / 2));
        }
        List<TagRoute> tagged = tagged(services);
        beside(file, tagged); // binds them
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long quickest = Long.MAX_VALUE;
        for (int i = 0; i < runs; i++) {
            long before = threads.getCurrentThreadCpuTime();
            var outcome = beside(file, tagged);
            quickest = Math.min(quickest, threads.getCurrentThreadCpuTime() - before);
            assertThat(outcome.quarantined()).hasSize(pairs);
        }
        return Duration.ofNanos(quickest);
    }

    @Test
    void a_service_that_asks_for_ever_other_paths_has_nobody_forgotten_but_itself() throws Exception {
        Configuration file = file();
        beside(file, USERS);
        for (int i = 0; i < 30; i++) {
            List<String> tags = new ArrayList<>();
            for (int k = 0; k < 100; k++) {
                tags.add("gateway.r%d.path=/p%d/%d".formatted(k, i, k));
            }
            beside(file, Map.of("a-evil", tags));
        }
        assertThat(stored).hasSize(1 + 100 + 200);
        routes = started();
        assertThat(names(beside(file, BOTH))).containsExactly("users@consul");
    }

    @Test
    void a_long_path_is_kept_by_its_hash_and_its_service_keeps_it_across_restarts() throws Exception {
        Configuration file = file();
        String path = "/" + "x".repeat(500);
        beside(file, Map.of("users", List.of("gateway.path=" + path)));
        assertThat(stored)
                .singleElement()
                .satisfies(owner -> assertThat(owner.claim()).hasSize(64));
        routes = started();
        var both = Map.of("users", List.of("gateway.path=" + path), "a-evil", List.of("gateway.path=" + path));
        assertThat(names(beside(file, both))).containsExactly("users@consul");
    }

    @Test
    void a_claim_that_was_kept_whole_is_known_by_its_hash() throws Exception {
        String path = "/" + "x".repeat(300);
        stored = List.of(new Owner("users", path, now, Optional.empty()));
        routes = started();
        var both = Map.of("users", List.of("gateway.path=" + path), "a-evil", List.of("gateway.path=" + path));
        assertThat(names(beside(file(), both))).containsExactly("users@consul");
    }
}
