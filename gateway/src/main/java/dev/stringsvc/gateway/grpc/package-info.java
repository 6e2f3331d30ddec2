/// JSON and gRPC-Web in front of gRPC: which method a JSON request asks for, its message, and the answer's
/// JSON; the bodies of gRPC-Web.
@NullMarked
package dev.stringsvc.gateway.grpc;

import org.jspecify.annotations.NullMarked;
