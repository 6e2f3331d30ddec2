package dev.stringsvc.hotels.geo;

import dev.stringsvc.hotels.data.DataFile;
import java.util.Comparator;
import java.util.List;

/// Where the hotels are.
///
/// @param all measured one by one: eighty need no index
record Places(List<Place> all) {
    private static final double FARTHEST_KM = 10;
    private static final int MOST = 20;

    Places {
        all = List.copyOf(all);
    }

    /// One hotel's entry in `geo.json`.
    record Place(String hotelId, double lat, double lon) {
        Point point() {
            return new Point(lat, lon);
        }
    }

    private record Measured(String hotelId, double kilometres) {}

    static Places bundled() {
        return new Places(DataFile.list("geo.json", Place.class));
    }

    /// The ids of at most 20 hotels within 10 km, nearest first.
    List<String> near(Point point) {
        return all.stream()
                .map(place -> new Measured(place.hotelId(), point.kilometresTo(place.point())))
                .filter(place -> place.kilometres() <= FARTHEST_KM)
                .sorted(Comparator.comparingDouble(Measured::kilometres))
                .limit(MOST)
                .map(Measured::hotelId)
                .toList();
    }
}
