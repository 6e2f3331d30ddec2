/// Jetty towards clients: ports, connections, slow clients and HTTP/2 heads.
@NullMarked
package dev.stringsvc.gateway.client;

import org.jspecify.annotations.NullMarked;
