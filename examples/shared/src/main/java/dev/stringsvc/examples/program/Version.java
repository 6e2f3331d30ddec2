package dev.stringsvc.examples.program;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The version in the manifest of the program's jar; `dev` if its classes do not come from a jar.
public final class Version implements IVersionProvider {
    @Spec
    private @Nullable CommandSpec command;

    /// The version of the jar that a class comes from.
    public static String of(Class<?> type) {
        return Objects.requireNonNullElse(type.getPackage().getImplementationVersion(), "dev");
    }

    @Override
    public String[] getVersion() {
        CommandSpec of = Objects.requireNonNull(command);
        return new String[] {of.qualifiedName() + " " + of(of.userObject().getClass())};
    }
}
