package dev.stringsvc.service;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/// The version that the jar's manifest names; `dev` where the classes don't come from a jar.
final class Version implements IVersionProvider {
    static String text() {
        return Objects.requireNonNullElse(Version.class.getPackage().getImplementationVersion(), "dev");
    }

    @Override
    public String[] getVersion() {
        return new String[] {"stringsvc " + text()};
    }
}
