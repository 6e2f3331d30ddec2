package dev.stringsvc.hotels.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.stringsvc.hotels.geo.Places.Place;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlacesTest {
    private static final Point CENTRE = new Point(37.7749, -122.4194);
    private static final double KM_PER_DEGREE = 6_371.009 * Math.PI / 180;

    /// The first is Rosetta Code's example, from Nashville to Los Angeles, whose earth is 0.03 % larger.
    @ParameterizedTest
    @CsvSource({
        "36.12, -86.67, 33.94, -118.40, 2886.45",
        "37.7749, -122.4194, 37.7749, -122.4194, 0",
        "0, 179.5, 0, -179.5, 111.195",
        "90, 0, -90, 0, 20015.1",
    })
    void measures_by_the_haversine_formula(double lat, double lon, double toLat, double toLon, double kilometres) {
        assertThat(new Point(lat, lon).kilometresTo(new Point(toLat, toLon))).isEqualTo(kilometres, within(0.05));
    }

    @ParameterizedTest
    @CsvSource({"90.1, 0", "NaN, 0", "0, 180.1", "0, -Infinity"})
    void refuses_what_is_no_point(double lat, double lon) {
        assertThatThrownBy(() -> new Point(lat, lon)).hasMessageContaining("expected a number from -");
    }

    @Test
    void finds_the_nearest_first_and_nothing_beyond_10_km() {
        var places =
                new Places(List.of(north("far", 9.99), north("beyond", 10.01), north("here", 0), north("near", 2)));
        assertThat(places.near(CENTRE)).containsExactly("here", "near", "far");
    }

    @Test
    void finds_at_most_20() {
        var places = new Places(
                IntStream.range(0, 25).mapToObj(n -> north("p" + n, n / 10.0)).toList());
        assertThat(places.near(CENTRE)).hasSize(20).startsWith("p0").endsWith("p19");
    }

    @Test
    void the_published_hotels_are_among_the_nearest_of_the_city_in_the_published_order() {
        assertThat(Places.bundled().near(CENTRE)).hasSize(20).containsSubsequence("5", "3");
    }

    private static Place north(String id, double kilometres) {
        return new Place(id, CENTRE.lat() + kilometres / KM_PER_DEGREE, CENTRE.lon());
    }
}
