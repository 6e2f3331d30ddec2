/// Traces of the calls that a program serves, sent by OpenTelemetry's SDK.
///
/// [dev.stringsvc.tracing.Tracing] is what programs know. Nothing of OpenTelemetry is loaded while traces are off.
/// [dev.stringsvc.tracing.OtlpSdk] starts the SDK; the gateway, which makes spans of its own, uses it too.
@NullMarked
package dev.stringsvc.tracing;

import org.jspecify.annotations.NullMarked;
