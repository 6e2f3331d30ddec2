/// The hotels, as JSON files beside this package's classes. They are made up, but for two.
@NullMarked
package dev.stringsvc.hotels.data;

import org.jspecify.annotations.NullMarked;
