/// Forwards a request: attempts, retries, hedges, and the budgets that bound them.
@NullMarked
package dev.stringsvc.gateway.retry;

import org.jspecify.annotations.NullMarked;
