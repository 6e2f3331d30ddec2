package dev.stringsvc.bench;

import java.util.List;
import java.util.stream.Stream;

/// A gateway built with go-kit, like go-kit's own example. Its instances are a fixed list. It forwards
/// one method of the string service, and decodes and encodes the JSON of that method.
record GoKit(String program) implements Peer {
    @Override
    public String name() {
        return "go-kit";
    }

    @Override
    public String version() {
        return "Debian's, built with " + Programs.firstLine(program, "-version");
    }

    @Override
    public boolean takes(Cell cell) {
        return cell.path().equals(Cell.standard().path());
    }

    @Override
    public List<String> command(Site site) {
        return Stream.concat(
                        Stream.of(program, "-listen=127.0.0.1:" + site.port()),
                        site.instances().stream().map(port -> "127.0.0.1:" + port))
                .toList();
    }
}
