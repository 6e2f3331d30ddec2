package dev.stringsvc.testkit;

import java.util.regex.Pattern;

/// The Consul binary that `scripts/consul` finds; looked up once per JVM.
record ConsulBinary(String path, int minor) {
    private static final Pattern VERSION = Pattern.compile("^Consul v1\\.(\\d+)");

    private static final class Found {
        static final ConsulBinary BINARY = find();
    }

    static ConsulBinary get() {
        return Found.BINARY;
    }

    private static ConsulBinary find() {
        String path = Tool.path("consul");
        var version = VERSION.matcher(Tool.run(path, "version"));
        // a development build may print any version: treat it as a new one
        return new ConsulBinary(path, version.find() ? Integer.parseInt(version.group(1)) : Integer.MAX_VALUE);
    }
}
