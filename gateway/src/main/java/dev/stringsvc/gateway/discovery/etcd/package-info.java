/// Instances from etcd, with one watch per service. Only this package follows keys in etcd.
@NullMarked
package dev.stringsvc.gateway.discovery.etcd;

import org.jspecify.annotations.NullMarked;
