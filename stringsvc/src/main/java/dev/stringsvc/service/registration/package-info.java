/// Keeps one instance registered in Consul while it serves, also when Consul restarts or cannot be
/// reached.
///
/// [dev.stringsvc.service.registration.Registrar] is the loop.
/// [dev.stringsvc.service.registration.Agent] has the calls to Consul that it needs.
/// [dev.stringsvc.service.registration.LocalAgent] is the only class that uses Consul's client library.
@NullMarked
package dev.stringsvc.service.registration;

import org.jspecify.annotations.NullMarked;
