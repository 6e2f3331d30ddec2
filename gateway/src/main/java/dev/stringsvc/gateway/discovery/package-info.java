/// Instances of services as data, and the events of whatever source finds them.
@NullMarked
package dev.stringsvc.gateway.discovery;

import org.jspecify.annotations.NullMarked;
