/// Log lines as `key=value` pairs (logfmt), safe against forging, and the one thread that writes them.
///
/// A line is built by [dev.stringsvc.logfmt.Logfmt], goes through [dev.stringsvc.logfmt.LogWriter], and so do the
/// records of the libraries, by [dev.stringsvc.logfmt.LogfmtHandler]: one order, one stream, one place that escapes.
@NullMarked
package dev.stringsvc.logfmt;

import org.jspecify.annotations.NullMarked;
