/// The role frontend: the page, and the hotels as GeoJSON. It asks search, profile and rate.
@NullMarked
package dev.stringsvc.hotels.frontend;

import org.jspecify.annotations.NullMarked;
