package dev.stringsvc.testkit;

import dev.stringsvc.testkit.Chromium.Page;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// axe-core, which finds what keeps people from using a page. `scripts/axe-core` finds or downloads
/// it.
public final class Axe {
    private Axe() {}

    /// What a page, as it is now, does against WCAG 2.1 at level AA and against good practice.
    ///
    /// @return a JSON array of texts, each with a rule and the first elements that break it; `[]` for none
    public static String violations(Page page) throws IOException {
        String axe = Files.readString(Path.of(Tool.path("axe-core")).resolve("axe.min.js"));
        page.evaluate("(() => {" + axe + "; return 1; })()");
        return page.evaluate("""
                axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})
                  .then(result => result.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html).slice(0, 3)))""");
    }
}
