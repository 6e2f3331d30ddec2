package dev.stringsvc.gateway.tags;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.stringsvc.gateway.config.ConfigLoader;
import dev.stringsvc.gateway.config.ConfigSource;
import dev.stringsvc.gateway.config.NextStart;
import dev.stringsvc.gateway.config.RouteBinder.Bound;
import dev.stringsvc.gateway.config.TagRoute;
import dev.stringsvc.gateway.route.Action;
import dev.stringsvc.gateway.route.Route;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceTagsTest {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path folder;

    private static List<TagRoute> routes(String... tags) {
        return ServiceTags.routes("users", List.of(tags));
    }

    private static TagRoute route(String... tags) {
        List<TagRoute> routes = routes(tags);
        assertThat(routes).hasSize(1);
        return routes.getFirst();
    }

    private static JsonNode tree(TagRoute route) {
        return route.route().deepCopy().without(List.of("name", "service"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            gateway.path=/foo                         | {"path": "/foo"}
            gateway.path=/foo gateway.strip=true      | {"path": "/foo", "strip-prefix": "/foo"}
            gateway.strip=true gateway.path=/foo/     | {"path": "/foo/", "strip-prefix": "/foo/"}
            gateway.path=/a/b gateway.strip=/a        | {"path": "/a/b", "strip-prefix": "/a"}
            gateway.path=/a gateway.strip=false       | {"path": "/a"}
            gateway.path=/a gateway.host=x.org        | {"path": "/a", "host": "x.org"}
            gateway.path=/a gateway.exact=true        | {"path": "/a", "exact": true}
            gateway.path=/a gateway.methods=GET,POST  | {"path": "/a", "methods": ["GET", "POST"]}
            gateway.path=/a gateway.idempotent=true   | {"path": "/a", "idempotent": true}
            gateway.path=/a gateway.attempts=2        | {"path": "/a", "attempts": 2}
            gateway.path=/a gateway.attempts=many     | {"path": "/a", "attempts": "many"}
            gateway.path=/a gateway.deadline=5s       | {"path": "/a", "deadline": "5s"}
            gateway.path=/a gateway.rewrite=/v2       | {"path": "/a", "rewrite": "/v2"}
            gateway.path=/a gateway.preserve-host=yes | {"path": "/a", "preserve-host": "yes"}
            gateway.path=/a=b blue v1.gateway         | {"path": "/a=b"}
            """)
    void a_key_stands_as_it_would_in_the_file(String tags, String tree) throws Exception {
        TagRoute route = route(tags.split(" +", -1));
        assertThat(route.refusal()).isNull();
        assertThat(route.name()).isEqualTo("users@consul");
        assertThat(tree(route)).isEqualTo(JSON.readTree(tree));
        assertThat(route.route().path("service").asText()).isEqualTo("users");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            gateway.path=/a gateway.path=/b        | gateway.path: the tags contradict each other: '/a' and '/b'
            gateway.path=/a gateway.timeout=5s     | gateway.timeout: unknown key; expected one of [attempt-timeout,
            gateway.path=/a gateway.service=other  | gateway.service: unknown key; expected one of [attempt-timeout,
            gateway.path=/a gateway.idempotent     | gateway.idempotent: expected gateway.KEY=VALUE
            gateway.path=/a gateway.strip=yes      | gateway.strip: expected true, false or a path
            """)
    void what_is_not_understood_is_refused_by_name(String tags, String reason) {
        assertThat(route(tags.split(" +", -1)).refusal()).startsWith(reason);
    }

    @Test
    void a_service_has_several_routes_by_name_and_what_is_wrong_with_one_is_not_wrong_with_the_others() {
        List<TagRoute> routes = routes(
                "gateway.path=/users",
                "gateway.admin.path=/admin",
                "gateway.admin.methods=GET",
                "gateway.old.path=/old",
                "gateway.old.paht=/alt");
        assertThat(routes)
                .extracting(TagRoute::name)
                .containsExactly("users@consul", "users.admin@consul", "users.old@consul");
        assertThat(routes).extracting(route -> route.refusal() == null).containsExactly(true, true, false);
    }

    @Test
    void tags_that_speak_of_something_else_ask_for_no_routes() {
        assertThat(ServiceTags.askForRoutes(List.of("blue", "gateway", "urlprefix")))
                .isFalse();
        assertThat(ServiceTags.askForRoutes(List.of("blue", "gateway.path=/x"))).isTrue();
        assertThat(ServiceTags.askForRoutes(List.of(" urlprefix-/x"))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            urlprefix-/foo                            | :/foo     | {"path": "/foo"}
            urlprefix-/foo strip=/foo                 | :/foo     | {"path": "/foo", "strip-prefix": "/foo"}
            urlprefix-I.com/Img                       | :i.com/Img | {"path": "/Img", "host": "i.com"}
            urlprefix-mysite.com/                     | :mysite.com/ | {"path": "/", "host": "mysite.com"}
            urlprefix-/foo proto=http                 | :/foo     | {"path": "/foo"}
            urlprefix-/foo register=x weight=0.5      | :/foo     | {"path": "/foo"}
            urlprefix-/foo prepend=/v2                | :/foo     | {"path": "/foo", "rewrite": "/v2/foo"}
            urlprefix-/foo/x strip=/foo prepend=/v2   | :/foo/x   | {"path": "/foo/x", "rewrite": "/v2/x"}
            """)
    void a_tag_of_fabios_is_a_route_of_its_own(String tag, String name, String tree) throws Exception {
        TagRoute route = route(tag);
        assertThat(route.refusal()).isNull();
        assertThat(route.name()).isEqualTo("users" + name + "@consul");
        assertThat(tree(route)).isEqualTo(((ObjectNode) JSON.readTree(tree)).put("preserve-host", true));
    }

    @Test
    void fabio_passes_the_clients_host_on_unless_it_is_told_otherwise() {
        assertThat(tree(route("urlprefix-/foo host=dst")).path("preserve-host").booleanValue())
                .isFalse();
    }

    @Test
    void fabios_redirect_needs_no_service() throws Exception {
        assertThat(tree(route("urlprefix-old.org/ redirect=301,https://new.org$path")))
                .isEqualTo(JSON.readTree("""
                        {"path": "/", "host": "old.org",
                         "redirect": {"status": 301, "to": "https://new.org{path}{query}"}}"""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            urlprefix-:3306 proto=tcp        | urlprefix-:3306: expected a host and a path, or a path
            urlprefix-foo                    | urlprefix-foo: expected a host and a path, or a path
            urlprefix-$DC.org/               | urlprefix-$DC.org/: variables are not filled in
            urlprefix-/ proto=grpc           | proto=grpc: expected proto=http or proto=https
            urlprefix-/ allow=ip:10.0.0.0/8  | allow=ip:10.0.0.0/8: this option of fabio's is not supported
            urlprefix-/ auth=basic           | auth=basic: this option of fabio's is not supported
            urlprefix-/ tlsskipverify=true   | tlsskipverify=true: this option of fabio's is not supported
            urlprefix-/ host=other.org       | host=other.org: expected host=dst
            urlprefix-/ redirect=https://x   | redirect=https://x: expected redirect=STATUS,URL
            """)
    void what_fabio_does_and_is_not_done_here_is_refused_by_name(String tag, String reason) {
        assertThat(route(tag).refusal()).startsWith(reason);
    }

    @Test
    void the_same_prefix_with_other_options_is_a_contradiction() {
        assertThat(route("urlprefix-/foo", "urlprefix-/foo strip=/foo").refusal())
                .contains("contradict");
    }

    @Test
    void a_service_is_spoken_to_in_one_way() {
        List<TagRoute> routes = routes("urlprefix-/a proto=https", "urlprefix-/b");
        assertThat(routes.getFirst().definition().path("protocol").asText()).isEqualTo("https");
        assertThat(routes.getLast().refusal()).startsWith("protocol: ");
    }

    private Bound bind(String file, String... tags) throws Exception {
        Path path = Files.writeString(folder.resolve("gateway.yaml"), file);
        return new ConfigSource(Optional.of(path), ConfigLoader.noFlags())
                .load()
                .binder()
                .bind(route(tags));
    }

    @Test
    void a_tags_route_has_the_files_defaults_and_the_files_service() throws Exception {
        var bound = (Bound.Accepted) bind("""
                route-defaults: {deadline: 700ms}
                services: {users: {tags: [blue]}}
                """, "gateway.path=/foo", "gateway.strip=true");
        Route expected = new ConfigSource(
                        Optional.of(Files.writeString(folder.resolve("same.yaml"), """
                                routes:
                                - {name: users@consul, path: /foo, strip-prefix: /foo, service: users,
                                   deadline: 700ms, attempt-timeout: 700ms}
                                """)), ConfigLoader.noFlags())
                .load()
                .config()
                .routes()
                .routes()
                .getFirst();
        assertThat(bound.route()).isEqualTo(expected);
        assertThat(bound.definition().tags()).containsExactly("blue");
    }

    @Test
    void a_tags_route_has_the_default_deadline_unless_it_says_another() throws Exception {
        assertThat(deadline("gateway.path=/foo")).isEqualTo(Duration.ofSeconds(30));
        assertThat(deadline("gateway.path=/foo", "gateway.deadline=5s")).isEqualTo(Duration.ofSeconds(5));
    }

    private Duration deadline(String... tags) throws Exception {
        var bound = (Bound.Accepted) bind("", tags);
        return ((Action.Forward) bound.route().action()).deadline();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gateway.host=*.example.com",
                "gateway.exact=true",
                "gateway.methods=GET,POST",
                "gateway.strip=true",
                "gateway.rewrite=/v2",
                "gateway.preserve-host=true",
                "gateway.balancer=least-in-flight",
                "gateway.balancer=hash header X-User",
                "gateway.idempotent=true",
                "gateway.idempotency-key=true",
                "gateway.attempts=2",
                "gateway.deadline=5s",
                "gateway.attempt-timeout=50ms",
                "gateway.request-body=10MiB",
                "gateway.stream-requests=true"
            })
    void each_key_is_one_of_the_files(String tag) throws Exception {
        assertThat(bind("", "gateway.path=/foo", tag)).isInstanceOf(Bound.Accepted.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "urlprefix-/foo",
                "urlprefix-i.com/foo strip=/foo host=dst",
                "urlprefix-*.i.com/ prepend=/v2",
                "urlprefix-/foo strip=/foo prepend=/v2",
                "urlprefix-old.org/ redirect=301,https://new.org$path"
            })
    void what_fabio_does_can_be_done(String tag) throws Exception {
        assertThat(bind("", tag)).isInstanceOf(Bound.Accepted.class);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            gateway.idempotent=true                   | path: must be given
            gateway.path=foo                          | path: expected an absolute path
            gateway.path=/foo gateway.attempts=many   | attempts: expected a whole number
            gateway.path=/foo gateway.idempotent=yes  | idempotent: expected true or false
            gateway.path=/foo gateway.deadline=5      | deadline: expected a duration
            gateway.path=/foo gateway.strip=/bar      | strip-prefix: expected the path
            """)
    void what_is_not_valid_is_told_in_the_files_words(String tags, String reason) throws Exception {
        assertThat(bind("", tags.split(" +", -1)))
                .isInstanceOfSatisfying(
                        Bound.Refused.class,
                        refused -> assertThat(refused.reason()).startsWith(reason));
    }

    @Test
    void what_can_be_loaded_live_does_not_wait_for_the_next_start() throws Exception {
        var before = new ConfigSource(Optional.empty(), ConfigLoader.noFlags()).load();
        Path file = Files.writeString(folder.resolve("next.yaml"), """
                port: 1
                routes: []
                services: {users: {tags: [blue]}}
                retry: {backoff: 1s}
                limits: {in-flight: 7}
                ejection: {failures: 9}
                consul: {address: "other:8500"}
                """);
        var after = new ConfigSource(Optional.of(file), ConfigLoader.noFlags()).load();
        assertThat(NextStart.changed(before, after))
                .containsExactly("port", "consul.address", "limits.in-flight", "ejection.failures");
        assertThat(after.config().timeouts().head()).isEqualTo(Duration.ofSeconds(10));
        assertThat(NextStart.changed(after, after)).isEmpty();
    }

    @Test
    void a_host_of_any_length_is_refused_and_nothing_overflows() throws Exception {
        for (int labels : new int[] {200, 1_800, 3_000, 1_000_000}) {
            String host = "a" + ".a".repeat(labels);
            var bound = bindAny("gateway.path=/x", "gateway.host=" + host);
            assertThat(bound).startsWith(labels < 2_000 ? "host: expected" : "gateway.host=a.a");
            assertThat(bindAny("urlprefix-" + host + "/x")).isNotEmpty();
        }
    }

    /// Why a route is not taken.
    private String bindAny(String... tags) throws Exception {
        TagRoute route = routes(tags).getFirst();
        if (route.refusal() != null) {
            return route.refusal();
        }
        Bound bound = new ConfigSource(Optional.empty(), ConfigLoader.noFlags())
                .load()
                .binder()
                .bind(route);
        return bound instanceof Bound.Refused(String reason) ? reason : "";
    }

    @Test
    void names_of_routes_and_the_number_of_routes_are_bounded() {
        List<TagRoute> routes = routes(IntStream.range(0, 800)
                .boxed()
                .flatMap(i -> Stream.of("gateway.n" + i + ".path=/a", "gateway.n" + i + ".path=/b"))
                .toArray(String[]::new));
        assertThat(routes).hasSize(ServiceTags.MOST_ROUTES + 1);
        assertThat(routes.getLast().refusal()).startsWith("600 routes are left out");
        TagRoute longName = routes("gateway." + "n".repeat(1_000) + ".path=/a", "gateway.other.path=/b")
                .getFirst();
        assertThat(longName.name()).hasSizeLessThanOrEqualTo(128);
        assertThat(longName.refusal()).isNull();
        TagRoute longTag = routes("gateway.path=/" + "a".repeat(100_000)).getFirst();
        assertThat(longTag.refusal()).contains("longer than").hasSizeLessThan(400);
        assertThat(ServiceTags.routes("s".repeat(100_000), List.of("gateway.path=/a")))
                .singleElement()
                .satisfies(route -> assertThat(route.name()).hasSize(128))
                .satisfies(route -> assertThat(route.refusal()).contains("longer than"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gateway.path=", "urlprefix-"})
    void a_path_of_more_than_512_characters_is_refused(String tag) {
        String longest = tag + "/" + "x".repeat(511);
        assertThat(route(longest).refusal()).isNull();
        assertThat(route(longest + "x").refusal()).isEqualTo("path: expected at most 512 characters, got 513");
    }
}
