import type { RowWriter } from "../../transfer/row-writer.js";

/** The formats that stream; a table needs the whole screenful at once, see `renderTable`. */
export type RowFormat = "tsv" | "csv" | "json" | "jsonl" | "md" | "ids";

/**
 * Loads the writer of a format.
 * @param fieldNames the columns' names as given to `--fields`, at least one
 */
export async function createRowWriter(format: RowFormat, fieldNames: readonly string[]): Promise<RowWriter> {
  switch (format) {
    case "tsv":
      return (await import("./tsv.js")).createTsvWriter(fieldNames);
    case "csv":
      return (await import("./csv.js")).createCsvWriter(fieldNames);
    case "json":
      return (await import("./json.js")).createJsonWriter(fieldNames);
    case "jsonl":
      return (await import("./json.js")).createJsonLinesWriter(fieldNames);
    case "md":
      return (await import("./markdown.js")).createMarkdownWriter(fieldNames);
    case "ids":
      return (await import("./tsv.js")).createIdsWriter();
  }
}
