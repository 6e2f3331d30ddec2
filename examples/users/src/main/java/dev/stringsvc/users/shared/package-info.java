/// What both programs of this example share: options, the way they start and stop, and their
/// registration in etcd.
@NullMarked
package dev.stringsvc.users.shared;

import org.jspecify.annotations.NullMarked;
