package dev.stringsvc.hotels.frontend;

/// Where a guest wants to be, in degrees.
record Place(double lat, double lon) {
    static final Place SAN_FRANCISCO = new Place(37.7749, -122.4194);
}
