/// Keeps one instance registered in Consul while it serves, also when Consul restarts or cannot be
/// reached.
///
/// [dev.stringsvc.consul.registration.Registrar] is the loop.
/// [dev.stringsvc.consul.registration.Agent] has the calls to Consul that it needs.
/// [dev.stringsvc.consul.registration.LocalAgent] is the only class that uses Consul's client library.
@NullMarked
package dev.stringsvc.consul.registration;

import org.jspecify.annotations.NullMarked;
