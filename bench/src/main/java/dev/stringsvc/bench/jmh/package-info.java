/// The gateway's hot pieces alone, with JMH.
@NullMarked
package dev.stringsvc.bench.jmh;

import org.jspecify.annotations.NullMarked;
