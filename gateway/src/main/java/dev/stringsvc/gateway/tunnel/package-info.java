/// WebSockets and other connections that have stopped speaking HTTP.
@NullMarked
package dev.stringsvc.gateway.tunnel;

import org.jspecify.annotations.NullMarked;
