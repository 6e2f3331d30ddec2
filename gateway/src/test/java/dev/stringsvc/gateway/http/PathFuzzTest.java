package dev.stringsvc.gateway.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.stringsvc.gateway.FuzzCorpus;
import dev.stringsvc.gateway.route.HeaderEdits;
import dev.stringsvc.gateway.route.Match;
import dev.stringsvc.gateway.route.PathPattern;
import dev.stringsvc.gateway.route.Paths;
import dev.stringsvc.gateway.route.Predicates;
import dev.stringsvc.gateway.route.Reading;
import dev.stringsvc.gateway.route.RequestHead;
import dev.stringsvc.gateway.route.Route;
import dev.stringsvc.gateway.route.RouteTable;
import dev.stringsvc.gateway.route.TestRoutes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// No path that a strict or a lenient route accepts contains dot segments or belongs to another route,
/// even if an instance decodes it never, once or twice. `-Dfuzz.seed=N` tries other paths,
/// `-Dfuzz.requests=N` more of them.
class PathFuzzTest {
    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int PATHS = Integer.getInteger("fuzz.requests", 20_000);
    private static final List<String> PARTS = List.of(
            "/", "/", "/", "a", "b", "admin", "%61dmin", "adm", "in", ".", "..", ";", ";x", "%2f", "%2F", "%2e", "%5c",
            "\\", "%3b", "%25", "2e", "2f", "5c", "3b", "%", "%252e", "%252f", "[", "|", "%00", "%c0%ae");
    private static final Pattern CODE = Pattern.compile("%([0-9A-Fa-f]{2})");

    @Test
    void no_path_that_is_taken_is_another_one_to_whoever_decodes_it() {
        var random = new Random(SEED);
        List<String> paths = new ArrayList<>(
                FuzzCorpus.of("paths").stream().flatMap(String::lines).toList());
        while (paths.size() < PATHS) {
            var path = new StringBuilder("/");
            for (int part = random.nextInt(9); part > 0; part--) {
                path.append(PARTS.get(random.nextInt(PARTS.size())));
            }
            paths.add(path.toString());
        }
        var tables = List.of(table(Paths.STRICT), table(Paths.LENIENT));
        int taken = 0;
        for (String path : paths) {
            for (RouteTable table : tables) {
                var request = RequestHead.of("GET", "gw", path, name -> List.of());
                if (Reading.of(table, request)
                        instanceof Reading.Valid(var sent, var ignored, Match.Found(var route))) {
                    taken++;
                    check(sent.path(), route.name(), path);
                }
            }
        }
        assertThat(taken).isGreaterThan(PATHS / 10);
    }

    private static RouteTable table(Paths paths) {
        return new RouteTable(List.of(route("any", "/", paths), route("admin", "/admin", Paths.STRICT)));
    }

    private static Route route(String name, String path, Paths paths) {
        return new Route(
                name,
                new Predicates(Optional.empty(), PathPattern.parse(path, false).taking(paths), List.of(), Map.of()),
                HeaderEdits.NONE,
                HeaderEdits.NONE,
                TestRoutes.forward("s", false, false));
    }

    private static void check(String sent, String route, String path) {
        String read = sent;
        for (int decoded = 0; decoded <= 2; decoded++) {
            String bare = read.replace('\\', '/').replaceAll(";[^/]*", "");
            assertThat(List.of(bare.split("/", -1)))
                    .as("'%s' read as '%s', with -Dfuzz.seed=%d", path, bare, SEED)
                    .doesNotContain(".", "..");
            assertThat((bare + "/").replaceAll("/+", "/").startsWith("/admin/"))
                    .as("'%s' on route %s read as '%s', with -Dfuzz.seed=%d", path, route, bare, SEED)
                    .isEqualTo(route.equals("admin"));
            read = CODE.matcher(read)
                    .replaceAll(code ->
                            java.util.regex.Matcher.quoteReplacement("" + (char) Integer.parseInt(code.group(1), 16)));
        }
    }
}
