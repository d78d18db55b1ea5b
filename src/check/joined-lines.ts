import { Block } from "./block.js";
import type { Dialect } from "./dialect.js";
import type { Line } from "./lines.js";
import type { RecordPart } from "./parts.js";
import { recordPart } from "./record-part.js";
import { mayBecomeRecord, readRecord, type RecordLayout } from "./record-reading.js";
import { kindOf, type ValueRules } from "./values.js";

/** A record may be split over so many lines, and be so long, to be put together again. */
export const JOINED_LINES = 64;
const JOINED_BYTES = 256 * 1024;
export const STARTS_WITH_JSON = /^[ \t]*(?:"?\{|\u00e2\u0080\u009c)/;
/** So no JSON object ends, and nothing that stands for one. */
const WITHIN_JSON = /^\s*$|[\w:[{](?<!null|none|nan|undefined|\\n)\s*$/i;

/** Lines that only together, without the breaks between them, are a record. */
export function joinedRecord(
  lines: Iterable<Line>,
  isMidLine: boolean,
  dialect: Dialect,
  layout: RecordLayout,
  rules: ValueRules,
): RecordPart | undefined {
  const used: Line[] = [];
  const endsInJson = kindOf(layout.names.at(-1) ?? "") === "json";
  let pieces = 1;
  let asked = 1;
  let found: RecordPart | undefined;
  for (const line of lines) {
    // What stands in the next line may be the last value.
    if (found !== undefined && !STARTS_WITH_JSON.test(line.text)) return found;
    found = undefined;
    used.push(line);
    pieces += line.text.split(layout.delimiter).length - 1;
    if (used.length > JOINED_LINES) return undefined;
    if (used.length < 2 || pieces < layout.names.length) continue;
    const untrimmed = new Block(used, dialect, isMidLine, "nothing");
    const { text } = untrimmed;
    if (text.length > JOINED_BYTES) return undefined;
    const trimmed = new Block(used, dialect, isMidLine, "trimmed");
    const isOpenJson = endsInJson && WITHIN_JSON.test(line.text);
    for (const block of isOpenJson ? [] : trimmed.text === text ? [trimmed] : [untrimmed, trimmed]) {
      const reading = readRecord(block.text, 0, layout, rules);
      if (reading?.end !== block.text.length) continue;
      const part = recordPart(block, reading, layout, "split-record", dialect);
      const isOpen = reading.fields.at(-1)?.value === "" && block.text.endsWith(layout.delimiter);
      if (!isOpen) return part;
      found = part;
      break;
    }
    // A line without a delimiter rarely decides it.
    if (found !== undefined || pieces === asked) continue;
    if (!mayBecomeRecord(text, 0, layout, rules)) return undefined;
    asked = pieces;
  }
  return found;
}
