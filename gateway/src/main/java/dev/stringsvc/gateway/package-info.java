/// The API gateway: discovers, balances, retries, proxies. [dev.stringsvc.gateway.Gateway] puts the rooms together.
@NullMarked
package dev.stringsvc.gateway;

import org.jspecify.annotations.NullMarked;
