/// Chooses the endpoint that a request goes to: balancers, keys and canaries.
@NullMarked
package dev.stringsvc.gateway.balance;

import org.jspecify.annotations.NullMarked;
