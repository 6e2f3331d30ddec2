/// Loads the gateway and its peers in turn, with the same requests to the same instances, and prints
/// the results.
@NullMarked
package dev.stringsvc.bench;

import org.jspecify.annotations.NullMarked;
