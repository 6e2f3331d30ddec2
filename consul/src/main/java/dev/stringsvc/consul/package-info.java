/// What several programs need of Consul: the settings of Consul's own tools, and a client of the agent that keeps to
/// them.
///
/// [dev.stringsvc.consul.ConsulSettings] holds the settings, [dev.stringsvc.consul.ConsulVariable] names their
/// environment
/// variables and keys, and [dev.stringsvc.consul.AgentConnection] asks the agent by them. The package `registration`
/// keeps an instance registered.
@NullMarked
package dev.stringsvc.consul;

import org.jspecify.annotations.NullMarked;
