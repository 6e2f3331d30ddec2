/// The command line: flags and subcommands.
@NullMarked
package dev.stringsvc.gateway.cli;

import org.jspecify.annotations.NullMarked;
