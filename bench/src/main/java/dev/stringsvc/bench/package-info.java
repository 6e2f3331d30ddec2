/// Drives the gateway and its peers in turn, with the same load against the same instances, and prints what each took.
@NullMarked
package dev.stringsvc.bench;

import org.jspecify.annotations.NullMarked;
