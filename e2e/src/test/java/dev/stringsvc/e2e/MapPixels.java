package dev.stringsvc.e2e;

/// A place in the world as web maps draw it, in pixels.
record MapPixels(double x, double y) {
    static MapPixels of(double lat, double lon, int zoom) {
        double world = 256.0 * (1 << zoom);
        double north = Math.log(Math.tan(Math.PI / 4 + Math.toRadians(lat) / 2));
        return new MapPixels(world * (lon + 180) / 360, world * (0.5 - north / (2 * Math.PI)));
    }

    MapPixels minus(MapPixels other) {
        return new MapPixels(x - other.x, y - other.y);
    }
}
