/// What the operator asked for: records read from YAML, the environment and flags, with every default.
@NullMarked
package dev.stringsvc.gateway.config;

import org.jspecify.annotations.NullMarked;
