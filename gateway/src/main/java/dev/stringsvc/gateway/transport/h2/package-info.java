/// Transports over HTTP/2, with Jetty's low-level HTTP/2 client. Jetty reads and writes frames on a few
/// threads of its own, which never block; an attempt blocks the thread that makes it.
@NullMarked
package dev.stringsvc.gateway.transport.h2;

import org.jspecify.annotations.NullMarked;
