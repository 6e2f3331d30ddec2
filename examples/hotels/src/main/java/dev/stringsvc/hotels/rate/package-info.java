/// The role rate: what the rooms cost.
@NullMarked
package dev.stringsvc.hotels.rate;

import org.jspecify.annotations.NullMarked;
