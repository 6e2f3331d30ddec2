/// One request's way through attempts, within one deadline.
@NullMarked
package dev.stringsvc.gateway.proxy;

import org.jspecify.annotations.NullMarked;
