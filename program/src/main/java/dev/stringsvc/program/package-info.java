/// What every program of this repository needs: a log in logfmt, signals, durations, addresses,
/// environment variables, secret files, and a way to end the process if a vital part has failed.
///
/// [dev.stringsvc.program.Logfmt] builds a log line and [dev.stringsvc.program.LogWriter] writes it.
/// Log records of libraries go there too, through [dev.stringsvc.program.LogfmtHandler].
@NullMarked
package dev.stringsvc.program;

import org.jspecify.annotations.NullMarked;
