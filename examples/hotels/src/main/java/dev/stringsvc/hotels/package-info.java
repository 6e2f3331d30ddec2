/// A map of hotels: one program with five roles.
///
/// [dev.stringsvc.hotels.frontend] serves HTTP, and asks [dev.stringsvc.hotels.search] and
/// [dev.stringsvc.hotels.profile] over gRPC. search asks [dev.stringsvc.hotels.geo] and
/// [dev.stringsvc.hotels.rate].
@NullMarked
package dev.stringsvc.hotels;

import org.jspecify.annotations.NullMarked;
