package dev.stringsvc.hotels.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.geom.Path2D;
import java.io.IOException;
import java.io.InputStream;
import java.time.LocalDate;
import java.time.MonthDay;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The files agree with each other, and with the page's map of the city.
class DataTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, JsonNode> PLACES = byId(read("geo.json"), "hotelId");
    private static final JsonNode INVENTORY = read("inventory.json");
    private static final List<String> LANGUAGES = List.of("en", "de", "zh");

    private static JsonNode read(String name) {
        try {
            return JSON.readTree(DataFile.text(name));
        } catch (IOException e) {
            throw new IllegalStateException(name, e);
        }
    }

    private static Map<String, JsonNode> byId(JsonNode list, String key) {
        var all = new TreeMap<String, JsonNode>();
        list.forEach(one -> assertThat(all.put(one.get(key).textValue(), one))
                .as("a second %s", one)
                .isNull());
        return all;
    }

    private static Map<String, JsonNode> hotels(String language) {
        return byId(read("hotels." + language + ".json").get("hotels"), "id");
    }

    private static JsonNode hotel(Map<String, JsonNode> hotels, String id) {
        return Objects.requireNonNull(hotels.get(id));
    }

    @Test
    void every_hotel_is_in_every_file() {
        assertThat(PLACES).hasSizeGreaterThan(75).containsKeys("3", "5");
        for (String language : LANGUAGES) {
            assertThat(hotels(language).keySet()).as(language).isEqualTo(PLACES.keySet());
        }
        var priced = new HashSet<String>();
        INVENTORY.forEach(plan -> priced.add(plan.get("hotelId").textValue()));
        assertThat(priced).isEqualTo(PLACES.keySet());
    }

    @Test
    void every_language_says_the_same_but_for_the_descriptions() {
        var english = hotels("en");
        for (String language : List.of("de", "zh")) {
            hotels(language).forEach((id, hotel) -> {
                JsonNode other = hotel(english, id);
                for (String key : List.of("name", "phoneNumber", "images")) {
                    assertThat(hotel.get(key)).as("%s in %s", id, language).isEqualTo(other.get(key));
                }
                for (String key : List.of("streetNumber", "streetName", "postalCode", "lat", "lon")) {
                    assertThat(hotel.at("/address/" + key)).as(id).isEqualTo(other.at("/address/" + key));
                }
                assertThat(hotel.get("description")).as(id).isNotEqualTo(other.get("description"));
            });
        }
    }

    @Test
    void no_two_hotels_have_the_same_name_phone_number_address_or_description() {
        for (String language : LANGUAGES) {
            for (String path : List.of("/name", "/phoneNumber", "/description")) {
                assertThat(hotels(language).values())
                        .extracting(hotel -> hotel.at(path))
                        .doesNotHaveDuplicates();
            }
        }
        assertThat(hotels("en").values())
                .extracting(hotel -> hotel.at("/address/streetNumber") + " " + hotel.at("/address/streetName"))
                .doesNotHaveDuplicates();
    }

    @Test
    void phone_numbers_are_fictitious_but_for_the_published_ones() {
        hotels("en").forEach((id, hotel) -> {
            String number = hotel.get("phoneNumber").textValue();
            switch (id) {
                case "3" -> assertThat(number).isEqualTo("(415) 543-8555");
                case "5" -> assertThat(number).isEqualTo("(415) 776-1380");
                default -> assertThat(number).matches("\\(415\\) 555-01[0-9]{2}");
            }
        });
    }

    @Test
    void every_hotel_stands_on_land_within_the_city_and_at_one_place() throws IOException {
        var outline = outline();
        PLACES.forEach((id, place) -> {
            double lat = place.get("lat").doubleValue();
            double lon = place.get("lon").doubleValue();
            assertThat(outline.contains(lon, lat))
                    .as("%s at %s, %s", id, lat, lon)
                    .isTrue();
            JsonNode address = hotel(hotels("en"), id).get("address");
            assertThat(address.get("lat").doubleValue()).isEqualTo(lat, within(0.0));
            assertThat(address.get("lon").doubleValue()).isEqualTo(lon, within(0.0));
        });
    }

    /// The outline that the page draws.
    private static Path2D outline() throws IOException {
        var path = new Path2D.Double();
        try (InputStream in = Objects.requireNonNull(
                DataTest.class.getResourceAsStream("/dev/stringsvc/hotels/frontend/page/city.json"))) {
            for (JsonNode feature : JSON.readTree(in).get("features")) {
                if (feature.at("/properties/kind").asText().equals("city")) {
                    for (JsonNode point : feature.at("/geometry/coordinates/0")) {
                        if (path.getCurrentPoint() == null) {
                            path.moveTo(point.get(0).doubleValue(), point.get(1).doubleValue());
                        } else {
                            path.lineTo(point.get(0).doubleValue(), point.get(1).doubleValue());
                        }
                    }
                    path.closePath();
                }
            }
        }
        return path;
    }

    @Test
    void the_page_has_every_image() {
        Set<String> images = hotels("en").values().stream()
                .flatMap(hotel -> hotel.get("images").findValuesAsText("url").stream())
                .collect(Collectors.toSet());
        assertThat(images)
                .isNotEmpty()
                .allSatisfy(
                        image -> assertThat(DataTest.class.getResource("/dev/stringsvc/hotels/frontend/page/" + image))
                                .isNotNull());
    }

    @Test
    void every_plan_can_be_read_and_has_a_price() {
        for (JsonNode plan : INVENTORY) {
            LocalDate.parse(plan.get("from").textValue());
            if (plan.has("to")) {
                LocalDate.parse(plan.get("to").textValue());
            }
            if (plan.has("season")) {
                MonthDay.parse(plan.at("/season/from").textValue());
                MonthDay.parse(plan.at("/season/to").textValue());
            }
            assertThat(plan.at("/room/cents").longValue()).as("%s", plan).isBetween(5_000L, 100_000L);
        }
    }

    @Test
    void a_room_of_one_kind_has_one_price_at_a_time() {
        var seen = new HashMap<String, JsonNode>();
        for (JsonNode plan : INVENTORY) {
            String key = plan.get("hotelId") + " " + plan.at("/room/code") + " " + plan.get("from") + " "
                    + plan.at("/season/from");
            assertThat(seen.put(key, plan)).as("a second %s", plan).isNull();
        }
    }
}
