/// Traces by OpenTelemetry. Nothing here is loaded while traces are off.
@NullMarked
package dev.stringsvc.gateway.telemetry.trace;

import org.jspecify.annotations.NullMarked;
