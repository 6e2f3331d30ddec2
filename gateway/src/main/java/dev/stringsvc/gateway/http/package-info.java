/// HTTP's vocabulary: the messages that pass through, their fields, and which of them a proxy passes on.
@NullMarked
package dev.stringsvc.gateway.http;

import org.jspecify.annotations.NullMarked;
