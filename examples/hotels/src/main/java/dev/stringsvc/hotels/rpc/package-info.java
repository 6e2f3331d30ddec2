/// What the roles that serve or call gRPC share.
@NullMarked
package dev.stringsvc.hotels.rpc;

import org.jspecify.annotations.NullMarked;
