/// The role search: which hotels are near and have a room. It asks geo and rate.
@NullMarked
package dev.stringsvc.hotels.search;

import org.jspecify.annotations.NullMarked;
