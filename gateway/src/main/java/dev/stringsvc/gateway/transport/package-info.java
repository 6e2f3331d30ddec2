/// One attempt on the wire, and what is known of it afterwards.
@NullMarked
package dev.stringsvc.gateway.transport;

import org.jspecify.annotations.NullMarked;
