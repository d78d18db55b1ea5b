import type { DiagnosticCode } from "./diagnostic.js";
import type { Dialect } from "./dialect.js";
import { DELIMITERS } from "./header.js";
import type { RecordLayout } from "./record-reading.js";
import { cellsOf } from "./cells.js";
import { UUID } from "./uuid.js";

/** What a person or a program put before a record that starts with a UUID: a mark of mail, a list or a comment. */
const LONGEST_IN_QUOTES = 1024 * 1024;
const LONGEST_MARK = 8;
const UUID_LENGTH = 36;
const LINE_MARK = new RegExp(`^[^\\s,;"'{}0-9a-zA-Z]{1,6} {1,2}(?=${UUID.source}[,;])`);

/** The texts to read a record from, the likeliest first, and what is then wrong with the text as it stands. */
export function* recordForms(
  text: string,
  layout: RecordLayout,
  dialect: Dialect,
): Generator<[string, RecordLayout, DiagnosticCode?]> {
  const inQuotes = wholeInQuotes(text);
  if (inQuotes?.includes(layout.delimiter) === true) yield [inQuotes, layout, "row-in-quotes"];
  const marked = dialect.idsAreUuids
    ? LINE_MARK.exec(text.slice(0, LONGEST_MARK + UUID_LENGTH + 1))?.[0].length
    : undefined;
  if (marked !== undefined) yield [text.slice(marked), layout, "line-prefix"];
  const inner = text.startsWith('"""') ? fieldsInQuotes(text, layout.delimiter) : undefined;
  if (inner !== undefined) yield [inner, layout, "row-in-quotes"];
  yield [text, layout];
  if (text[1] === "\0" || text[2] === "\0" || text[3] === "\0") {
    yield [text.replace(/^\u00ff\u00fe/, "").replaceAll("\0", ""), layout, "encoding"];
  }
  for (const delimiter of DELIMITERS) {
    if (delimiter === layout.delimiter || text.split(delimiter, 7).length < 7) continue;
    const other = { ...layout, delimiter };
    yield [text, other, "delimiter"];
    if (inQuotes !== undefined) yield [inQuotes, other, "row-in-quotes"];
  }
  if (dialect.suffix === undefined && (text.endsWith("$") || text.endsWith("\\")))
    yield [text.replace(/(?:\^M)?\$$|\\$/, ""), layout, "line-prefix"];
}

/** The text inside of quotes that stand around all of it; undefined where they do not. */
function wholeInQuotes(text: string): string | undefined {
  if (!text.trimStart().startsWith('"') || text.length > LONGEST_IN_QUOTES) return undefined;
  const inner = /^\s*"((?:[^"]|"")*)"[\s;,]*$/.exec(text)?.[1];
  return inner?.replaceAll('""', '"');
}

/** The record of which each field was quoted once more; undefined where that is not so. */
function fieldsInQuotes(text: string, delimiter: string): string | undefined {
  const cells = cellsOf(text, delimiter);
  return cells?.every((cell) => /^".*"$/s.test(cell)) === true ? cells.join(delimiter) : undefined;
}
