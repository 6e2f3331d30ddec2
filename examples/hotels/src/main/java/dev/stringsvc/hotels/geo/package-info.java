/// The role geo: where the hotels are.
@NullMarked
package dev.stringsvc.hotels.geo;

import org.jspecify.annotations.NullMarked;
