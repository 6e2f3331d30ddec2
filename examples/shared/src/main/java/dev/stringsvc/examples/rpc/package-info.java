/// gRPC as all examples use it, on both sides.
///
/// [dev.stringsvc.examples.rpc.GrpcServer] serves. [dev.stringsvc.examples.rpc.ServiceChannel] calls
/// all instances of a service in turn, which a [dev.stringsvc.examples.rpc.Discovery] finds.
@NullMarked
package dev.stringsvc.examples.rpc;

import org.jspecify.annotations.NullMarked;
