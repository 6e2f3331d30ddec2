/// Which requests go to which service: an immutable table, longest prefix first.
@NullMarked
package dev.stringsvc.gateway.route;

import org.jspecify.annotations.NullMarked;
