/// One attempt on the wire, and what is known of it afterwards. The only room that knows OkHttp.
@NullMarked
package dev.stringsvc.gateway.transport;

import org.jspecify.annotations.NullMarked;
