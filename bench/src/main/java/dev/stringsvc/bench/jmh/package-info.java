/// JMH benchmarks of the gateway's hot paths.
@NullMarked
package dev.stringsvc.bench.jmh;

import org.jspecify.annotations.NullMarked;
