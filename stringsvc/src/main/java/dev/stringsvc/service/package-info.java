/// The replicated string service. It serves requests, registers itself in Consul, and knows nothing of
/// the gateway.
///
/// [dev.stringsvc.service.Main] reads options and environment into [dev.stringsvc.service.Settings].
/// [dev.stringsvc.service.StringService] connects the two packages below: `http` answers requests,
/// `registration` keeps the instance registered in Consul.
@NullMarked
package dev.stringsvc.service;

import org.jspecify.annotations.NullMarked;
