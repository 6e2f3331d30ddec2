/// A service as the gateway sees it now: live endpoints, and which of them is next.
@NullMarked
package dev.stringsvc.gateway.upstream;

import org.jspecify.annotations.NullMarked;
