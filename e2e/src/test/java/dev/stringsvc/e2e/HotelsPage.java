package dev.stringsvc.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.stringsvc.testkit.Axe;
import dev.stringsvc.testkit.Chromium;
import dev.stringsvc.testkit.Chromium.Page;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;

/// The page of the hotels in a real browser, in front of what `make hotels` runs.
final class HotelsPage implements AutoCloseable {
    private static final JsonMapper JSON = new JsonMapper();
    private static final String PUBLISHED = "?inDate=2015-04-09&outDate=2015-04-10&locale=en";
    private static final String WINTER = "?inDate=2026-12-04&outDate=2026-12-06&locale=en";
    private static final Offset<Double> PIXEL = within(1.5);

    private final RunScript run;
    private final Chromium browser;

    private HotelsPage(RunScript run, Chromium browser) {
        this.run = run;
        this.browser = browser;
    }

    /// Starts a browser.
    ///
    /// @param profile a folder for what it keeps
    static HotelsPage in(RunScript run, Path profile) {
        return new HotelsPage(run, Chromium.start(profile));
    }

    @Override
    public void close() {
        browser.close();
    }

    /// What the page does as long as all services answer.
    Stream<DynamicTest> tests() {
        return Stream.of(
                DynamicTest.dynamicTest("markers_are_where_the_hotels_are", this::markers),
                DynamicTest.dynamicTest("other_dates_give_another_list_and_back_returns", this::dates),
                DynamicTest.dynamicTest(
                        "departure_that_is_not_after_the_arrival_is_explained_and_not_asked_for", this::departure),
                DynamicTest.dynamicTest(
                        "keyboard_reaches_everything_and_selects_on_the_map_and_in_the_list", this::keyboard),
                DynamicTest.dynamicTest(
                        "slow_answer_shows_that_the_search_goes_on_and_names_are_never_html", this::slowAnswer),
                DynamicTest.dynamicTest("page_and_descriptions_change_their_language", this::language),
                DynamicTest.dynamicTest(
                        "page_is_accessible_in_light_and_dark_fits_a_phone_and_asks_its_own_server_alone",
                        this::accessibility));
    }

    private Page open(String query) throws IOException, InterruptedException {
        Page page = browser.open(run.uri("/" + query));
        page.resize(1440, 900);
        page.await("document.querySelector('.drawn.border')");
        return page;
    }

    private static void awaitHotels(Page page, String condition) {
        page.await("document.querySelectorAll('#hotels > li').length " + condition);
        page.await("document.querySelectorAll('.marker').length === document.querySelectorAll('#hotels > li').length");
    }

    /// Gives a date to a field, as the browser's calendar does.
    private static void pick(Page page, String field, String date) {
        page.evaluate("""
                (() => {
                  const field = document.getElementById('%s');
                  field.value = '%s';
                  field.dispatchEvent(new Event('change', {bubbles: true}));
                })()""".formatted(field, date));
    }

    private static String text(Page page, String selector) throws IOException {
        return json(page, "document.querySelector('%s').innerText".formatted(selector))
                .asText();
    }

    private static JsonNode json(Page page, String expression) throws IOException {
        return JSON.readTree(page.evaluate(expression));
    }

    /// The tip of a price, or the middle of a dot.
    private static MapPixels shown(Page page, String hotel) throws IOException {
        JsonNode box = json(page, """
                (() => {
                  const marker = document.querySelector('.marker[data-hotel="%s"]');
                  const box = marker.getBoundingClientRect();
                  const dot = marker.classList.contains('dot');
                  return {x: (box.left + box.right) / 2, y: dot ? (box.top + box.bottom) / 2 : box.bottom};
                })()""".formatted(hotel));
        return new MapPixels(box.path("x").asDouble(), box.path("y").asDouble());
    }

    private void markers() throws Exception {
        try (Page page = open(PUBLISHED)) {
            awaitHotels(page, "=== 2");
            assertThat(text(page, ".marker[data-hotel=\"5\"] .amount")).isEqualTo("$109");
            // zoomed out, the southern border of the city is in view: the markers are measured from its western end
            int zoom = 12;
            page.await("""
                    (() => {
                      document.querySelector('.leaflet-control-zoom-out').click();
                      return document.getElementById('map').dataset.zoom === '%d'
                          && !document.querySelector('.leaflet-zoom-anim');
                    })()""".formatted(zoom));
            JsonNode border = json(page, "document.querySelector('.drawn.border').getBoundingClientRect().toJSON()");
            var corner = new MapPixels(
                    border.path("left").asDouble(), border.path("bottom").asDouble());
            Map.of("5", MapPixels.of(37.7831, -122.4181, zoom), "3", MapPixels.of(37.7834, -122.4071, zoom))
                    .forEach((hotel, place) -> {
                        MapPixels expected = place.minus(MapPixels.of(37.7083, -122.5025, zoom));
                        try {
                            MapPixels found = shown(page, hotel).minus(corner);
                            assertThat(found.x()).as("x of " + hotel).isCloseTo(expected.x(), PIXEL);
                            assertThat(found.y()).as("y of " + hotel).isCloseTo(expected.y(), PIXEL);
                        } catch (IOException e) {
                            throw new AssertionError(e);
                        }
                    });
        }
    }

    private void dates() throws Exception {
        try (Page page = open(PUBLISHED)) {
            awaitHotels(page, "=== 2");
            assertThat(text(page, "#results"))
                    .contains("2 hotels", "Phoenix Hotel", "(415) 776-1380", "Hotel Zetta", "(415) 543-8555", "$109");
            assertThat(page.evaluate("document.querySelector('#hotels a').href"))
                    .isEqualTo("\"tel:+14157761380\"");
            pick(page, "in-date", "2026-12-04");
            awaitHotels(page, "> 2");
            assertThat(page.evaluate("location.search")).contains("inDate=2026-12-04&outDate=2026-12-05");
            page.evaluate("history.back()");
            awaitHotels(page, "=== 2");
            assertThat(page.evaluate("document.getElementById('in-date').value"))
                    .isEqualTo("\"2015-04-09\"");
            pick(page, "in-date", "2001-01-01");
            page.await("document.getElementById('nothing').innerText.includes('No hotel has a room for these dates')");
            awaitHotels(page, "=== 0");
        }
    }

    private void departure() throws Exception {
        try (Page page = open(PUBLISHED)) {
            awaitHotels(page, "=== 2");
            pick(page, "out-date", "2015-04-09");
            page.await("document.getElementById('dates-error').innerText.includes('must be after the arrival')");
            assertThat(page.evaluate("document.getElementById('out-date').ariaInvalid"))
                    .isEqualTo("\"true\"");
            assertThat(page.evaluate("location.search")).isEqualTo("\"" + PUBLISHED + "\"");
            awaitHotels(page, "=== 2");
            pick(page, "out-date", "2015-04-10");
            page.await("document.getElementById('dates-error').innerText === ''");
        }
    }

    private void keyboard() throws Exception {
        try (Page page = open(PUBLISHED)) {
            awaitHotels(page, "=== 2");
            List<String> reached = new ArrayList<>();
            boolean selected = false;
            do {
                page.press(Chromium.Key.TAB);
                String at = json(page, """
                        (node => node.id || node.dataset.hotel && 'marker ' + node.dataset.hotel || node.className || node.href
                            || node.tagName)(document.activeElement)""").asText();
                if (reached.isEmpty() || !reached.getLast().equals(at)) { // a date's parts are one field
                    reached.add(at);
                }
                if (at.equals("marker 3")) {
                    page.press(Chromium.Key.ENTER);
                    page.await("document.querySelector('#hotels > li.selected')?.dataset.hotel === '3'");
                    page.await("document.getElementById('status').textContent.includes('Hotel Zetta')");
                    selected = true;
                }
            } while (!reached.getLast().equals("BODY") && reached.size() < 40);
            assertThat(selected).isTrue();
            assertThat(reached)
                    .containsExactly(
                            "skip",
                            "in-date",
                            "out-date",
                            "locale",
                            "map",
                            "marker 5",
                            "marker 3",
                            "leaflet-control-zoom-in",
                            "leaflet-control-zoom-out",
                            "name",
                            "tel:+14157761380",
                            "name",
                            "tel:+14155438555",
                            "BODY");
            page.evaluate("document.querySelector('li[data-hotel=\"5\"] .name').focus()");
            page.press(Chromium.Key.ENTER);
            page.await("document.querySelector('.marker[data-hotel=\"5\"]').ariaPressed === 'true'");
            page.await("document.querySelector('.marker[data-hotel=\"3\"]').ariaPressed === 'false'");
            assertThat(text(page, "li[data-hotel=\"5\"]")).contains("King sized bed");
        }
    }

    /// Suspends the only instance of a service and resumes it.
    void showsASentenceWhile(String instance, String service) throws Exception {
        try (Page page = open(WINTER)) {
            awaitHotels(page, "> 2");
            run.signal(instance, "STOP");
            try {
                pick(page, "out-date", "2026-12-07");
                page.await("""
                        (() => {
                          const sentence = document.getElementById('failure').innerText;
                          document.querySelector('.retry')?.click();
                          return sentence.includes('The hotels cannot be shown now') && sentence.includes('service %s ');
                        })()""".formatted(service));
                awaitHotels(page, "=== 0");
                assertThat(Axe.violations(page)).isEqualTo("[]");
            } finally {
                run.signal(instance, "CONT");
            }
            page.await("(document.querySelector('.retry')?.click(), !document.querySelector('.message'))");
            awaitHotels(page, "> 2");
            page.await("document.getElementById('summary').innerText.includes('3 nights')");
        }
    }

    private void slowAnswer() throws Exception {
        try (Page page = open(PUBLISHED)) {
            awaitHotels(page, "=== 2");
            page.evaluate("""
                    (() => {
                      const real = window.fetch;
                      window.fetch = async (url, ...rest) => {
                        const response = await real(url, ...rest);
                        if (!url.startsWith('hotels')) {
                          return response;
                        }
                        const body = await response.json();
                        body.features[0].properties.name = '<img src="x"><b>Bold</b>';
                        await new Promise(answer => window.answer = answer);
                        return Response.json(body);
                      };
                    })()""");
            pick(page, "in-date", "2026-12-04");
            page.await("document.getElementById('results').ariaBusy === 'true'");
            page.await("document.getElementById('progress').checkVisibility()");
            page.await("document.getElementById('status').textContent.includes('Looking for hotels')");
            page.await("(window.answer?.(), document.getElementById('results').ariaBusy === 'false')");
            awaitHotels(page, "> 2");
            assertThat(text(page, "#hotels .name")).isEqualTo("<img src=\"x\"><b>Bold</b>");
            assertThat(page.evaluate("document.querySelector('#results b b, .marker b, [src=x]')"))
                    .isEqualTo("null");
        }
    }

    private void language() throws Exception {
        try (Page page = open(PUBLISHED)) {
            awaitHotels(page, "=== 2");
            for (String[] language : new String[][] {
                {"de", "2 Hotels", "Abreise"},
                {"zh", "2 家酒店", "退房"}
            }) {
                page.evaluate("""
                        (() => {
                          const field = document.getElementById('locale');
                          field.value = '%s';
                          field.dispatchEvent(new Event('change'));
                        })()""".formatted(language[0]));
                page.await("document.getElementById('results-title').innerText === '%s'".formatted(language[1]));
                assertThat(page.evaluate("document.documentElement.lang")).isEqualTo("\"" + language[0] + "\"");
                assertThat(text(page, "label[for=out-date]")).isEqualTo(language[2]);
                assertThat(page.evaluate("document.querySelector('.more p').lang"))
                        .isEqualTo("\"" + language[0] + "\"");
            }
        }
    }

    private void accessibility() throws Exception {
        try (Page page = open(WINTER)) {
            awaitHotels(page, "> 2");
            page.evaluate("document.querySelectorAll('#hotels .name')[1].click()");
            for (String scheme : List.of("light", "dark")) {
                page.emulateColorScheme(scheme);
                assertThat(Axe.violations(page)).as(scheme).isEqualTo("[]");
            }
            page.resize(360, 740);
            page.await("document.documentElement.scrollWidth <= 360");
            page.await("document.getElementById('map').getBoundingClientRect().height > 200");
            assertThat(json(page, "performance.getEntriesByType('resource').map(one => one.name)"))
                    .hasSizeGreaterThan(10)
                    .extracting(JsonNode::asText)
                    .allMatch(url -> url.startsWith(run.uri("/").toString()));
        }
    }
}
