/// Transports to instances that speak HTTP/2, by Jetty's low-level HTTP/2 client. Jetty reads and writes
/// frames on a few threads of its own and never blocks there; an attempt blocks on the thread that makes
/// it.
@NullMarked
package dev.stringsvc.gateway.transport.h2;

import org.jspecify.annotations.NullMarked;
