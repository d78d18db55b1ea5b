import { readHeader } from "./header.js";
import { UUID } from "./uuid.js";

const HEADER_NAME = /["']?session[\s_-]?id/i;
const LONGEST_PREFIX = 120;
/** So many of the lines have a prefix, where a file has one. */
const MOST = 0.7;
/** A word before a UUID makes an id of its own, such as `chat-`. */
const WORD_OF_ID = /^[a-z][\w.]*[-_]$/i;
/** Text with spaces that is other in each line: git blame has the name of who wrote it. */
const ANY_PREFIX = new RegExp(
  `^(?=\\S*\\s)[^,;"{}]{0,${LONGEST_PREFIX - 1}}?[^,;"{}\\w-](?=${UUID.source}[,;\\t|]|["']?session[\\s_-]?id)`,
  "i",
);

/** Ends of lines that some programs add: cat -A, cat -v, cat -E, tables, typed line ends. */
const SUFFIXES: readonly { readonly pattern: RegExp; readonly character?: string; readonly isBar?: boolean }[] = [
  { pattern: /\^M\$?$/ },
  { pattern: /\$$/ },
  { pattern: /\|\s*$/, isBar: true },
  { pattern: /\\$/ },
  { pattern: /(?<!;);+$/, character: ";" },
];

/**
 * What stands before each record: numbers that cat -n or grep put there, the name of a file or of a container, marks of
 * mail or lists. It is learned from the places where ids and the header's names start.
 *
 * @param texts lines, without those that are blank
 */
export function findPrefix(texts: readonly string[]): RegExp | undefined {
  const counter = findCounter(texts);
  if (counter !== undefined) return counter;
  // The file's own header, as it stands: a record may start with text and a UUID.
  if (texts.some(isWholeHeader)) return undefined;
  const header = texts.find((text) => readHeader(text.slice(Math.max(0, text.search(HEADER_NAME)))) !== undefined);
  const ofHeader = header === undefined ? undefined : prefixOf(header, HEADER_NAME);
  if (header !== undefined && (ofHeader === undefined || ofHeader === "")) return undefined;
  const prefixes = texts.map((text) => prefixOf(text, UUID)).filter((prefix) => prefix !== undefined);
  const sample = ofHeader ?? prefixes[0] ?? "";
  const pattern = header === undefined && WORD_OF_ID.test(sample) ? undefined : patternOf(sample);
  if (pattern === undefined) return undefined;
  const [ofKind, ofAny] = [pattern, ANY_PREFIX].map((each) => texts.filter((text) => each.test(text)).length);
  const best = (ofAny ?? 0) > (ofKind ?? 0) ? ANY_PREFIX : pattern;
  return Math.max(ofKind ?? 0, ofAny ?? 0) >= Math.max(2, texts.length * MOST) ? best : undefined;
}

/** Numbers that count the lines, in a column before the others: nl -s, and awk '{ print NR "," $0 }' put them there. */
function findCounter(texts: readonly string[]): RegExp | undefined {
  const [header = "", ...records] = texts;
  const [start, number, delimiter = ","] = /^\s*(\d*)([,;|])/.exec(header) ?? [];
  if (start === undefined || records.length === 0) return undefined;
  const reading = readHeader(header.slice(start.length));
  if (reading?.missing.length !== 0 || reading.delimiter !== delimiter) return undefined;
  const hasNumber = number !== "";
  // One number is no counting.
  if (!hasNumber && records.length < 2) return undefined;
  // Without a number in the header only records are counted, and a line of a longer value is none.
  const behind = hasNumber ? "" : `(?=["']?(?:session|${UUID.source}))`;
  const pattern = new RegExp(`^\\s*${hasNumber ? "\\d+" : "\\d*"}[${delimiter}]${behind}`, "i");
  const first = hasNumber ? Number(number) + 1 : parseInt(records[0] ?? "", 10);
  const counts = (text: string, index: number): boolean => pattern.test(text) && parseInt(text, 10) === first + index;
  return records.every(counts) ? pattern : undefined;
}

function isWholeHeader(text: string): boolean {
  const header = readHeader(text);
  return header?.missing.length === 0 && header.codes.length === 0;
}

function prefixOf(text: string, start: RegExp): string | undefined {
  const at = text.search(start);
  const prefix = at === -1 || at > LONGEST_PREFIX ? undefined : text.slice(0, at);
  // What holds a comma or quotes is a part of the record.
  return prefix === undefined || /[,;"{}]/.test(prefix) ? undefined : prefix;
}

/** The prefixes of other lines: numbers, hashes and the width of spaces differ. */
function patternOf(prefix: string): RegExp | undefined {
  if (prefix === "") return undefined;
  const parts = prefix.trimStart().match(/[0-9a-f]{7,}|\d+|\s+|[:-]|[^\s\d:-]+/g) ?? [];
  const source = parts.map((part) => {
    if (/^[0-9a-f]{7,}$/.test(part)) return "[0-9a-f]{7,}";
    if (/^\d+$/.test(part)) return "\\d+";
    if (/^\s+$/.test(part)) return "\\s+";
    return /^[:-]$/.test(part) ? "[:-]" : part.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  });
  return new RegExp(`^\\s*${source.join("")}`);
}

/**
 * What stands behind each record; undefined where nothing does. The header must have it too: a value may end like this, and
 * a delimiter is none.
 *
 * @param texts lines without their prefix
 * @param isBoxed a bar stands before the records
 */
export function findSuffix(texts: readonly string[], isBoxed: boolean): RegExp | undefined {
  const header = texts.find((text) => readHeader(text) !== undefined);
  if (header === undefined) return undefined;
  const delimiter = readHeader(header)?.delimiter;
  return SUFFIXES.find(({ pattern, isBar, character }) => {
    if (isBar === true ? !isBoxed : delimiter === character) return false;
    const matching = texts.filter((text) => pattern.test(text)).length;
    return pattern.test(header) && matching >= Math.max(2, texts.length * MOST);
  })?.pattern;
}
