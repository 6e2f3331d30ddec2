/// Every meter, named once. Inner rooms call small listeners and never this.
@NullMarked
package dev.stringsvc.gateway.telemetry;

import org.jspecify.annotations.NullMarked;
