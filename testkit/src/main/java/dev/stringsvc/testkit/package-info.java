/// A real Consul agent, a real etcd, and the programs as real processes: for the tests of all modules
/// and for `make run`.
@NullMarked
package dev.stringsvc.testkit;

import org.jspecify.annotations.NullMarked;
