package dev.stringsvc.etcd;

/// A key in etcd and what it holds. Bytes that are not UTF-8 are replaced by U+FFFD.
///
/// @param revision the store's revision at which the key was last written
/// @param lease    the lease that the key depends on; 0 for none
public record KeyValue(String key, String value, long revision, long lease) {}
