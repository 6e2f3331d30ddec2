/// What both programs need of etcd: the options, the registration, and the instances of other services.
@NullMarked
package dev.stringsvc.users.etcd;

import org.jspecify.annotations.NullMarked;
