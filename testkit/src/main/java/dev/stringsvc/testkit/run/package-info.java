/// `make run`: whole systems on this machine, out of real processes and a Consul agent. What belongs to one system is
/// its
/// [dev.stringsvc.testkit.run.Plan]; the [dev.stringsvc.testkit.run.Launcher] starts, watches and stops any of them.
@NullMarked
package dev.stringsvc.testkit.run;

import org.jspecify.annotations.NullMarked;
