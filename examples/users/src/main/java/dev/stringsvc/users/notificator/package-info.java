/// The program notificator: a gRPC service that pretends to send emails.
@NullMarked
package dev.stringsvc.users.notificator;

import org.jspecify.annotations.NullMarked;
