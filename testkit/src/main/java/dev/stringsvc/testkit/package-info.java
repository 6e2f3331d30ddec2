/// What the tests of the other modules run against: a real Consul agent, and the programs as real processes.
@NullMarked
package dev.stringsvc.testkit;

import org.jspecify.annotations.NullMarked;
