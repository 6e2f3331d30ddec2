/// What instances there are: data and events, whoever finds them.
@NullMarked
package dev.stringsvc.gateway.discovery;

import org.jspecify.annotations.NullMarked;
