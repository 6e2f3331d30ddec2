/// JSON in front of gRPC: which method a request asks for, its message, and the answer's JSON.
@NullMarked
package dev.stringsvc.gateway.grpc;

import org.jspecify.annotations.NullMarked;
