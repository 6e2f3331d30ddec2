/// HTTP as all examples serve it: JSON, errors as problem+json, an orderly stop.
@NullMarked
package dev.stringsvc.examples.http;

import org.jspecify.annotations.NullMarked;
