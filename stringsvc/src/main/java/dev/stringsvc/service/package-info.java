/// The replicated string service: it serves, registers itself in Consul, and knows nothing of who calls it.
///
/// [dev.stringsvc.service.Main] turns flags and environment into [dev.stringsvc.service.Settings],
/// [dev.stringsvc.service.StringService] wires the two rooms behind it: `http` answers requests, `registration` keeps
/// Consul informed.
@NullMarked
package dev.stringsvc.service;

import org.jspecify.annotations.NullMarked;
