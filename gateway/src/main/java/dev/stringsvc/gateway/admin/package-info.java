/// The admin port: what is live, as JSON.
@NullMarked
package dev.stringsvc.gateway.admin;

import org.jspecify.annotations.NullMarked;
