import type { FieldValue } from "../../session/field-value.js";
import type { RowWriter } from "../../transfer/row-writer.js";
import { valueText } from "../../transfer/value-text.js";
import { escapeControls, escapeJsonControls } from "./visible.js";

/**
 * Tab-separated values: one line a row, `\n` at its end, a header line first. Characters that would break the line or
 * act on a terminal are written as `\t`, `\n`, `\r`, `\x1b`, `\u202e`; JSON stays valid JSON. Backslashes are not
 * doubled, so that text without such characters is exact; where every byte counts, JSON is the format.
 */
export function createTsvWriter(fieldNames: readonly string[]): RowWriter {
  return {
    begin: () => fieldNames.map(escapeControls).join("\t") + "\n",
    row: (values) => {
      let line = "";
      for (let i = 0; i < fieldNames.length; i++) {
        if (i > 0) line += "\t";
        line += oneLineText(values[i]);
      }
      return line + "\n";
    },
    end: () => "",
  };
}

/** The first field only, one a line, escaped as in TSV. */
export function createIdsWriter(): RowWriter {
  return { begin: () => "", row: (values) => oneLineText(values[0]) + "\n", end: () => "" };
}

function oneLineText(value: FieldValue | undefined): string {
  const text = valueText(value);
  return value?.type === "json" ? escapeJsonControls(text) : escapeControls(text);
}
