/// What all roles need of Consul: the options, the registration, and the instances of other services.
@NullMarked
package dev.stringsvc.hotels.consul;

import org.jspecify.annotations.NullMarked;
