/// Instances from Consul, with one loop of blocking queries per service. Only this package uses Consul's
/// client.
@NullMarked
package dev.stringsvc.gateway.discovery.consul;

import org.jspecify.annotations.NullMarked;
