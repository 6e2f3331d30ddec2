/// Routes that services ask for by their tags in Consul, in the gateway's own form and in fabio's.
@NullMarked
package dev.stringsvc.gateway.tags;

import org.jspecify.annotations.NullMarked;
