/// A client of etcd v3's JSON gateway.
///
/// [dev.stringsvc.etcd.EtcdConfig] says how to reach etcd, and [dev.stringsvc.etcd.EtcdClient]
/// makes single calls. [dev.stringsvc.etcd.PrefixFollower] follows all keys below a prefix, and
/// [dev.stringsvc.etcd.LeasedKey] keeps one key in etcd for as long as the program runs.
@NullMarked
package dev.stringsvc.etcd;

import org.jspecify.annotations.NullMarked;
