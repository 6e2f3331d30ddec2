/// WebSockets: connections after a switch of protocols.
@NullMarked
package dev.stringsvc.gateway.tunnel;

import org.jspecify.annotations.NullMarked;
