/// The last known instances in a file, so that a gateway can start while Consul is away. JSON only.
@NullMarked
package dev.stringsvc.gateway.discovery.lastgood;

import org.jspecify.annotations.NullMarked;
