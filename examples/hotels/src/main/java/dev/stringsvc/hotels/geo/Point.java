package dev.stringsvc.hotels.geo;

/// A point in degrees of WGS 84.
///
/// @param lat from -90 to 90
/// @param lon from -180 to 180
record Point(double lat, double lon) {
    /// The mean radius of the earth.
    private static final double RADIUS_KM = 6_371.009;

    Point {
        if (!(Math.abs(lat) <= 90)) {
            throw new IllegalArgumentException("lat: expected a number from -90 to 90, got " + lat);
        }
        if (!(Math.abs(lon) <= 180)) {
            throw new IllegalArgumentException("lon: expected a number from -180 to 180, got " + lon);
        }
    }

    /// The length of the shortest way on a sphere, by the haversine formula.
    double kilometresTo(Point other) {
        double here = Math.toRadians(lat);
        double there = Math.toRadians(other.lat);
        double up = Math.sin((there - here) / 2);
        double across = Math.sin(Math.toRadians(other.lon - lon) / 2);
        double h = up * up + Math.cos(here) * Math.cos(there) * across * across;
        return 2 * RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(h)));
    }
}
