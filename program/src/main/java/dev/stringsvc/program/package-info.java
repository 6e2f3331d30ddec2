/// What every program here needs: log lines in logfmt that no input can forge, signals, durations, addresses,
/// environment
/// variables and secret files, and ending the process when a part of it has failed for good.
///
/// A log line is built by [dev.stringsvc.program.Logfmt] and written by [dev.stringsvc.program.LogWriter]. Records of
/// the libraries take the same path, by [dev.stringsvc.program.LogfmtHandler].
@NullMarked
package dev.stringsvc.program;

import org.jspecify.annotations.NullMarked;
