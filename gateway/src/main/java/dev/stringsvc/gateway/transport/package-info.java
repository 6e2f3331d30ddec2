/// Transports: one attempt to send a request to an instance, and its result.
@NullMarked
package dev.stringsvc.gateway.transport;

import org.jspecify.annotations.NullMarked;
