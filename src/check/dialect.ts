import { COLUMN_NAMES } from "../session/columns.js";
import { DELIMITERS, readHeader, type HeaderReading } from "./header.js";
import { findPrefix, findSuffix } from "./line-edges.js";
import type { Line, LineReader } from "./lines.js";
import { isBoxLine } from "./box-line.js";
import { hasRoundedTimes } from "./rounded-times.js";
import { UUID, UUID_START } from "./uuid.js";
import type { RecordLayout } from "./record-reading.js";

/** How a file is written, as far as its beginning tells. */
export interface Dialect {
  readonly delimiter: string;
  /** What stands before every record; undefined where nothing does. */
  readonly prefix: RegExp | undefined;
  /** What stands behind every record. */
  readonly suffix: RegExp | undefined;
  readonly isDiff: boolean;
  /** The break that healed records get. */
  readonly lineBreak: string;
  /** Lines end with CR alone. */
  readonly hasOnlyCarriageReturns: boolean;
  /** Lines break in a way that only a line by line reading copes with. */
  readonly hasOddBreaks: boolean;
  readonly header: FoundHeader | undefined;
  /** Nearly all session ids are UUIDs, so that another one is suspicious where text may have been cut. */
  readonly idsAreUuids: boolean;
  /** There are UUIDs in the lines that were looked at, and not all of them start with one; how many bytes they have. */
  readonly mixedUpTo: number | undefined;
  /** Some record ends with a delimiter. */
  readonly lastMayBeEmpty: boolean;
  /** All users' ids start with their platform's name, but for one or two. */
  readonly allUsersNamePlatform: boolean;
  /** Times have three digits of a fraction, hardly ever six: a spreadsheet has rounded them. */
  readonly hasRoundedTimes: boolean;
  /** User ids start with the platform's name. */
  readonly usersNamePlatform: boolean;
}

/** A header and the line that it stands in. */
export interface FoundHeader extends HeaderReading {
  readonly line: Line;
  /** Lines stand above it. */
  readonly isMisplaced: boolean;
}

/** The part of the records that is most of them. */
export const MOST = 0.5;
const LOOK_AT_LINES = 60;
/** A header that is split is looked for in so many lines. */
const HEADER_LINES = 8;
const LONGEST_SAMPLE = 64 * 1024;
const LOOK_AT_BYTES = 256 * 1024;

export const USUAL_LAYOUT: RecordLayout = { names: COLUMN_NAMES, delimiter: "," };

/** A unified diff, and the older form of diff(1). */
const DIFFS = [
  { signs: [/^@@ -\d+(?:,\d+)? \+\d+(?:,\d+)? @@/], prefix: /^[ +-]/ },
  { signs: [/^\d+(?:,\d+)?[acd]\d+(?:,\d+)?$/, /^[<>] /], prefix: /^[<>] / },
] as const;

/** Looks at the beginning of a file, and all through it for a header that is not there. */
export function sniffDialect(lines: LineReader, start: number, findHeader: () => Line | undefined): Dialect {
  const first: Line[] = [];
  for (let at = start; first.length < LOOK_AT_LINES && at < LOOK_AT_BYTES;) {
    const line = lines.at(at);
    if (line === undefined) break;
    if (!line.isNulRun) first.push(line);
    at = line.next;
  }
  const texts = first
    .map((line) => line.text.slice(0, LONGEST_SAMPLE))
    .filter((text) => text.trim() !== "" && !isBoxLine(text));
  const diff = DIFFS.find(({ signs }) => signs.every((sign) => texts.some((text) => sign.test(text))));
  const isDiff = diff !== undefined;
  const prefix = diff?.prefix ?? findPrefix(texts);
  const bare = texts.map((text) => (prefix === undefined ? text : text.replace(prefix, "")));
  const suffix = findSuffix(bare, prefix?.source.includes("\\|") === true);
  const header = headerAmong(first, prefix, suffix) ?? headerElsewhere(findHeader(), prefix, suffix);
  const delimiter = header?.delimiter ?? commonDelimiter(bare);
  const records = recordsAmong(bare, delimiter);
  const uuidCount = records.filter((text) => UUID_START.test(text)).length;
  const isMixed =
    (uuidCount === 0 || uuidCount < records.length) && bare.some((text) => UUID.test(text.replaceAll("\0", "")));
  return {
    delimiter,
    prefix,
    suffix,
    isDiff,
    ...lineBreaks(first),
    header,
    idsAreUuids: uuidCount > 0 && uuidCount >= records.length * MOST,
    mixedUpTo: isMixed ? first.at(-1)?.next : undefined,
    lastMayBeEmpty: bare.some((text) => text.trimEnd().endsWith(delimiter)),
    allUsersNamePlatform:
      texts.length > 20 && bare.filter((text) => USER_OF_PLATFORM.test(text)).length >= texts.length - 3,
    hasRoundedTimes: hasRoundedTimes(bare),
    usersNamePlatform: mostly(records, USER_OF_PLATFORM),
  };
}

function headerAmong(
  lines: readonly Line[],
  prefix: RegExp | undefined,
  suffix: RegExp | undefined,
): FoundHeader | undefined {
  const texts = lines.map((line) => strip(line.text.slice(0, LONGEST_SAMPLE), prefix, suffix));
  let isMisplaced = false;
  for (const [index, line] of lines.entries()) {
    const alone = readHeader(texts[index] ?? "");
    const split = alone?.missing.length === 0 ? undefined : splitHeader(lines, texts, index);
    if (split !== undefined) return { ...split, isMisplaced };
    if (alone !== undefined) return { ...alone, line, isMisplaced };
    isMisplaced ||= line.text.trim() !== "";
  }
  return undefined;
}

/** A header that only some lines together are. */
function splitHeader(
  lines: readonly Line[],
  texts: readonly string[],
  first: number,
): Omit<FoundHeader, "isMisplaced"> | undefined {
  const start = lines[first];
  if (start === undefined || !/[a-z]/i.test(start.text)) return undefined;
  for (let count = 2; count <= HEADER_LINES; count += 1) {
    const text = texts.slice(first, first + count).join("");
    const last = lines[first + count - 1];
    const header = readHeader(text);
    if (header?.missing.length !== 0 || last === undefined) continue;
    return { ...header, codes: [...header.codes, "split-record"], line: { ...last, start: start.start, text } };
  }
  return undefined;
}

function headerElsewhere(
  line: Line | undefined,
  prefix: RegExp | undefined,
  suffix: RegExp | undefined,
): FoundHeader | undefined {
  const header = line && readHeader(strip(line.text, prefix, suffix));
  return line && header && { ...header, line, isMisplaced: true };
}

export function strip(text: string, prefix: RegExp | undefined, suffix: RegExp | undefined): string {
  const behind = prefix === undefined ? text : text.replace(prefix, "");
  return suffix === undefined ? behind : behind.replace(suffix, "");
}

function commonDelimiter(texts: readonly string[]): string {
  const counts = DELIMITERS.map((delimiter) => {
    return texts.filter((text) => text.split(delimiter).length >= COLUMN_NAMES.length).length;
  });
  const most = Math.max(...counts);
  return DELIMITERS[counts.indexOf(most)] ?? ",";
}

function lineBreaks(lines: readonly Line[]): Pick<Dialect, "lineBreak" | "hasOddBreaks" | "hasOnlyCarriageReturns"> {
  const count = (ending: string): number => lines.filter((line) => line.ending === ending).length;
  const odd = count("\r") + count("\r\r\n");
  const lf = count("\n");
  return {
    lineBreak: lf > count("\r\n") + odd ? "\n" : "\r\n",
    hasOddBreaks: odd > (lines.length - odd) * 2,
    hasOnlyCarriageReturns: count("\r") > 0 && count("\r") >= lines.length - 1,
  };
}

/** Of the lines that may be records, most are of a form. */
function mostly(records: readonly string[], pattern: RegExp): boolean {
  const count = records.filter((text) => pattern.test(text)).length;
  return count > 0 && count >= records.length * MOST;
}

/** Lines with several fields, but for the header. */
function recordsAmong(texts: readonly string[], delimiter: string): string[] {
  return texts.filter((text) => text.split(delimiter, 4).length === 4 && readHeader(text) === undefined);
}

/** `telegram_12345`, and `telegram` in the next field. */
const USER_OF_PLATFORM = /(?:^|[,;\t|])\s*"?([A-Za-z][\w-]{0,40})_[^,;\t|]{0,200}[,;\t|]\s*"?\1"?\s*[,;\t|]/;
