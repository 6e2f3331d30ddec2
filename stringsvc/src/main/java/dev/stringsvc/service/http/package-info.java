/// The HTTP side: the three string calls, health and metrics. Every error, also one found by Jetty, has
/// the form of RFC 9457.
@NullMarked
package dev.stringsvc.service.http;

import org.jspecify.annotations.NullMarked;
