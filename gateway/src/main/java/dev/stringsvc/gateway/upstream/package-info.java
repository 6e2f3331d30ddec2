/// Upstreams: a service with its live endpoints, their health, and which of them take requests.
@NullMarked
package dev.stringsvc.gateway.upstream;

import org.jspecify.annotations.NullMarked;
