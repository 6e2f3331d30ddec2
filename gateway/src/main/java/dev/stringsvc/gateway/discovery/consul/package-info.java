/// Instances from Consul: one blocking-query loop per service. The only room that knows Consul's client.
@NullMarked
package dev.stringsvc.gateway.discovery.consul;

import org.jspecify.annotations.NullMarked;
