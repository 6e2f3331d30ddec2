/// Runs a whole system on this machine, from real processes and a Consul agent. A
/// [dev.stringsvc.testkit.run.Plan] describes one system; the [dev.stringsvc.testkit.run.Launcher]
/// starts, watches and stops it.
@NullMarked
package dev.stringsvc.testkit.run;

import org.jspecify.annotations.NullMarked;
