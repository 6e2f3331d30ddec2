/// Attempts over HTTP/1.1, on connections of our own.
@NullMarked
package dev.stringsvc.gateway.transport.http1;

import org.jspecify.annotations.NullMarked;
