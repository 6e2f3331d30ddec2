/// The hotels, as JSON files beside this package's classes. All but two are made up.
@NullMarked
package dev.stringsvc.hotels.data;

import org.jspecify.annotations.NullMarked;
