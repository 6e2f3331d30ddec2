/// The HTTP side: the string calls, health and metrics, and one shape for every error (RFC 9457), Jetty's own
/// included.
@NullMarked
package dev.stringsvc.service.http;

import org.jspecify.annotations.NullMarked;
