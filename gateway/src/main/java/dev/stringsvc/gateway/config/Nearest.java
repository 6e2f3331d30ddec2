package dev.stringsvc.gateway.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/// Finds the word that was meant where an unknown one is written.
public final class Nearest {
    private Nearest() {}

    /// The known word that differs in the fewest letters; empty where each differs in more than a third
    /// of them.
    public static Optional<String> of(String unknown, Collection<String> known) {
        return known.stream()
                .filter(word -> distance(unknown, word) <= Math.max(1, Math.min(unknown.length(), word.length()) / 3))
                .min(Comparator.comparingInt((String word) -> distance(unknown, word))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /// What to say of an unknown key.
    public static String unknownKey(String unknown, Collection<String> known) {
        return "unknown key; "
                + of(unknown, known)
                        .map(word -> "did you mean " + word + "?")
                        .orElseGet(() ->
                                "expected one of " + known.stream().sorted().toList());
    }

    /// How many letters must be added, left out, replaced or swapped with their neighbour.
    private static int distance(String one, String other) {
        int[][] least = new int[one.length() + 1][other.length() + 1];
        for (int i = 0; i <= one.length(); i++) {
            for (int k = 0; k <= other.length(); k++) {
                if (i == 0 || k == 0) {
                    least[i][k] = i + k;
                    continue;
                }
                int replaced = one.charAt(i - 1) == other.charAt(k - 1) ? 0 : 1;
                least[i][k] = Math.min(least[i - 1][k - 1] + replaced, Math.min(least[i - 1][k], least[i][k - 1]) + 1);
                if (i > 1
                        && k > 1
                        && one.charAt(i - 1) == other.charAt(k - 2)
                        && one.charAt(i - 2) == other.charAt(k - 1)) {
                    least[i][k] = Math.min(least[i][k], least[i - 2][k - 2] + 1);
                }
            }
        }
        return least[one.length()][other.length()];
    }
}
