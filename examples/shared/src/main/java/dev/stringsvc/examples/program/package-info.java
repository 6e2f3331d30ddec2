/// How a program of an example is started and stopped: its command line, its environment variables
/// and its signals.
@NullMarked
package dev.stringsvc.examples.program;

import org.jspecify.annotations.NullMarked;
