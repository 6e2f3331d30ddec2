package dev.stringsvc.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// A test that is a row of the fault table, which `make chaos` prints.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Test
@Tag("fault")
@Timeout(240)
@ExtendWith(FaultTable.class)
@interface Fault {
    /// What goes wrong, as the table says it.
    String value();

    /// The part of the table that the row stands in; empty for the first.
    String section() default "";
}
