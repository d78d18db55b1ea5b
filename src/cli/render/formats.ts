import { createCsvWriter, createIdsWriter, createTsvWriter } from "./delimited.js";
import { createJsonLinesWriter, createJsonWriter } from "./json.js";
import { createMarkdownWriter } from "./markdown.js";
import type { RowWriter } from "./row-writer.js";

/** The formats that stream; a table needs the whole screenful at once, see `renderTable`. */
export const ROW_FORMATS = ["tsv", "csv", "json", "jsonl", "md", "ids"] as const;
export type RowFormat = (typeof ROW_FORMATS)[number];

/** @param fieldNames the columns' names as given to `--fields`, at least one */
export function createRowWriter(format: RowFormat, fieldNames: readonly string[]): RowWriter {
  switch (format) {
    case "tsv":
      return createTsvWriter(fieldNames);
    case "csv":
      return createCsvWriter(fieldNames);
    case "json":
      return createJsonWriter(fieldNames);
    case "jsonl":
      return createJsonLinesWriter(fieldNames);
    case "md":
      return createMarkdownWriter(fieldNames);
    case "ids":
      return createIdsWriter();
  }
}
