/// Keeps one instance registered in Consul for as long as it serves, whatever becomes of Consul meanwhile.
///
/// [dev.stringsvc.service.registration.Registrar] is the loop; [dev.stringsvc.service.registration.Agent] is what it
/// asks of Consul; [dev.stringsvc.service.registration.LocalAgent] is the only class that knows Consul's library.
@NullMarked
package dev.stringsvc.service.registration;

import org.jspecify.annotations.NullMarked;
