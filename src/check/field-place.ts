import { cellEnd } from "./cells.js";
import { bareName, uniqueNames } from "./column-names.js";
import type { Span } from "./parts.js";
import type { RecordLayout } from "./record-reading.js";
import { fieldAt } from "./salvage.js";

/**
 * Where in the text of a record the value of a column stands, quotes included; up to the end of the text where the value's
 * own end cannot be told.
 * @returns undefined where the columns before it cannot be told apart
 */
export function fieldPlace(text: string, column: string, { names, delimiter }: RecordLayout): Span | undefined {
  let start = 0;
  for (const name of uniqueNames(names)) {
    const end = cellEnd(text, start, delimiter) ?? fieldAt(text, start, name, delimiter)?.end;
    if (bareName(name) === column) return { start, end: end ?? text.length };
    if (end === undefined || end >= text.length) return undefined;
    start = end + 1;
  }
  return undefined;
}
