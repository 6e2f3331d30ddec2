/// What every program of this repository needs: a log, meters, signals, durations, addresses,
/// environment variables, secret files, and a way to end the process if a vital part has failed.
///
/// [dev.stringsvc.program.LogLine] is a log line, in logfmt or JSON, and
/// [dev.stringsvc.program.LogWriter] writes it. Log records of libraries go there too, through
/// [dev.stringsvc.program.LogHandler].
@NullMarked
package dev.stringsvc.program;

import org.jspecify.annotations.NullMarked;
