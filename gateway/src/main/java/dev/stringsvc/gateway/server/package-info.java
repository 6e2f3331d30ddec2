/// HTTP towards clients and operators: the proxy handler, the admin API, problems, the access log.
@NullMarked
package dev.stringsvc.gateway.server;

import org.jspecify.annotations.NullMarked;
