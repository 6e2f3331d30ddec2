/// The role profile: what there is to say about the hotels, in several languages.
@NullMarked
package dev.stringsvc.hotels.profile;

import org.jspecify.annotations.NullMarked;
