/// What every program here needs: log lines as `key=value` pairs (logfmt) that no input can forge, the one thread that
/// writes them, and ending the process when a part of it has failed for good.
///
/// A line is built by [dev.stringsvc.program.Logfmt], goes through [dev.stringsvc.program.LogWriter], and so do the
/// records of the libraries, by [dev.stringsvc.program.LogfmtHandler]: one order, one stream, one place that escapes.
@NullMarked
package dev.stringsvc.program;

import org.jspecify.annotations.NullMarked;
