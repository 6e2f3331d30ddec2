/// Which requests go to which service: an immutable table in which the most specific route wins.
@NullMarked
package dev.stringsvc.gateway.route;

import org.jspecify.annotations.NullMarked;
