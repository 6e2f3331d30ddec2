/// Tests of the whole system as its users run it: real processes, a real Consul, real signals.
@NullMarked
package dev.stringsvc.e2e;

import org.jspecify.annotations.NullMarked;
