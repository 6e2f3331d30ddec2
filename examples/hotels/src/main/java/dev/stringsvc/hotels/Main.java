package dev.stringsvc.hotels;

import dev.stringsvc.examples.program.Program;
import dev.stringsvc.examples.program.Version;
import dev.stringsvc.hotels.frontend.FrontendOptions;
import dev.stringsvc.hotels.geo.GeoOptions;
import dev.stringsvc.hotels.profile.ProfileOptions;
import dev.stringsvc.hotels.rate.RateOptions;
import dev.stringsvc.hotels.search.SearchOptions;
import java.util.List;
import picocli.CommandLine.Command;

/// Runs one instance of a role until a signal stops it.
@Command(
        name = "hotels",
        versionProvider = Version.class,
        mixinStandardHelpOptions = true,
        usageHelpWidth = 110,
        description = "Shows hotels on a map. Each process has one role; there may be several processes of each.",
        synopsisSubcommandLabel = "ROLE",
        commandListHeading = "%nRoles%n",
        footer = {"", "hotels ROLE --help lists the options of a role."})
final class Main {
    private Main() {}

    static void main(String[] args) throws InterruptedException {
        var roles = List.of(
                new FrontendOptions(), new SearchOptions(), new GeoOptions(), new RateOptions(), new ProfileOptions());
        System.exit(Program.run(new Main(), List.copyOf(roles), args));
    }
}
