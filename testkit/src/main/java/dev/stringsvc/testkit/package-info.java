/// What the tests of the other modules and `make run` need: a real Consul agent, and the programs as real processes.
@NullMarked
package dev.stringsvc.testkit;

import org.jspecify.annotations.NullMarked;
