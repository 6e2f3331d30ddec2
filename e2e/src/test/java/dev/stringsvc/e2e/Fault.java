package dev.stringsvc.e2e;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// Marks a test as a row of the fault table, which `make chaos` prints.
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Test
@Tag("fault")
@Timeout(240)
@ExtendWith(FaultTable.class)
@interface Fault {
    /// The fault, in the words of the table.
    String value();

    /// The section of the table; empty for the first one.
    String section() default "";
}
