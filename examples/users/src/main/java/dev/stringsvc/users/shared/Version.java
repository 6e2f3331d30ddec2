package dev.stringsvc.users.shared;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// The version in the jar's manifest; `dev` if the classes do not come from a jar.
final class Version implements IVersionProvider {
    @Spec
    private @Nullable CommandSpec command;

    @Override
    public String[] getVersion() {
        String version = Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "dev");
        return new String[] {Objects.requireNonNull(command).name() + " " + version};
    }
}
