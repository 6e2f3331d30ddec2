package dev.stringsvc.gateway.cli;

import java.io.PrintWriter;
import java.util.List;

/// Prints rows of text with each column as wide as its widest cell. An empty column takes no room.
final class Columns {
    private Columns() {}

    static void print(List<List<String>> rows, PrintWriter out) {
        for (List<String> row : rows) {
            var line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                int width = width(rows, column);
                String cell = row.get(column);
                line.append(cell).repeat(" ", width == 0 ? 0 : width - cell.length() + 2);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private static int width(List<List<String>> rows, int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
