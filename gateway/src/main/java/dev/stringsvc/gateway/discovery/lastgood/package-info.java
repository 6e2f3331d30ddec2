/// The last known instances in a JSON file, so that a gateway can start while the registry is away.
@NullMarked
package dev.stringsvc.gateway.discovery.lastgood;

import org.jspecify.annotations.NullMarked;
