/// What changes while the gateway runs: routes, upstreams and reloads.
@NullMarked
package dev.stringsvc.gateway.live;

import org.jspecify.annotations.NullMarked;
