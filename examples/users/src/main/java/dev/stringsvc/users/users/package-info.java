/// The program users: an HTTP service that creates users, and has notificator send each an email.
///
/// [dev.stringsvc.users.users.Notificators] is the gRPC channel to all instances of notificator,
/// which [dev.stringsvc.users.etcd.EtcdDiscovery] finds in etcd.
@NullMarked
package dev.stringsvc.users.users;

import org.jspecify.annotations.NullMarked;
