package dev.stringsvc.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives each test its row, and adds the row to `target/fault-table.tsv` after the test.
final class FaultTable implements ParameterResolver, AfterTestExecutionCallback {
    private static final Path FILE = Path.of("target", "fault-table.tsv");
    private static final ExtensionContext.Namespace NAMESPACE = ExtensionContext.Namespace.create(FaultTable.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == FaultRow.class;
    }

    @Override
    public FaultRow resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return row(context);
    }

    private static FaultRow row(ExtensionContext context) {
        Fault fault = context.getRequiredTestMethod().getAnnotation(Fault.class);
        return Objects.requireNonNull(context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(FaultRow.class, _ -> new FaultRow(fault), FaultRow.class));
    }

    @Override
    public void afterTestExecution(ExtensionContext context) throws IOException {
        @Nullable Throwable shortfall = context.getExecutionException().orElse(null);
        FaultRow row = row(context);
        row.close();
        Files.writeString(
                FILE, row.line(shortfall) + "\n", UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }
}
