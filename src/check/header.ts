import { distance } from "fastest-levenshtein";
import { COLUMN_NAMES, type ColumnName } from "../session/columns.js";
import { cellsOf } from "./cells.js";
import type { DiagnosticCode } from "./diagnostic.js";
import { UUID } from "./uuid.js";

/** What a header line says, however it is spelled. */
export interface HeaderReading {
  readonly delimiter: Delimiter;
  /** In the order of the header: our names as programs expect them, others as they stand, "" for none. */
  readonly names: readonly string[];
  /** Our columns that are not named. */
  readonly missing: readonly ColumnName[];
  /** Why it is not a header as it should be; empty for one that is. */
  readonly codes: readonly DiagnosticCode[];
}

export const DELIMITERS = [",", ";", "\t", "|"] as const;
type Delimiter = (typeof DELIMITERS)[number];

/** So many of our names make a header of a line. */
const ENOUGH_NAMES = 4;
const LONGEST_HEADER = 4096;
/** Ids, times and JSON: reading each record as a header would take longer than reading it as what it is. */
const NO_HEADER = /\d{3}|[{}]/;

/**
 * Reads a line as a header, in any dialect.
 * @param line without its break, bytes as Latin-1
 * @returns undefined where it is none
 */
export function readHeader(line: string): HeaderReading | undefined {
  const exact = exactHeader(line);
  if (exact !== undefined) return exact;
  if (line.length > LONGEST_HEADER || NO_HEADER.test(line)) return undefined;
  let best: HeaderReading | undefined;
  for (const delimiter of DELIMITERS) {
    const reading = readNames(line, delimiter);
    const known = (candidate: HeaderReading | undefined): number => 8 - (candidate?.missing.length ?? 8);
    if (known(reading) > known(best)) best = reading;
  }
  return best !== undefined && COLUMN_NAMES.length - best.missing.length >= ENOUGH_NAMES ? best : undefined;
}

const LOOKS_LIKE_VALUE = new RegExp(`${UUID.source}|\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:|^\\{.*\\}$|^\\{"`);

/** A header as it should be, whatever other columns it names. */
function exactHeader(line: string): HeaderReading | undefined {
  if (!line.slice(0, LONGEST_HEADER).includes("session_id")) return undefined;
  const names = cellsOf(line, ",");
  if (names === undefined || !COLUMN_NAMES.every((name) => names.includes(name))) return undefined;
  // Records that are joined to a header are no names of columns.
  if (names.some((name) => LOOKS_LIKE_VALUE.test(name))) return undefined;
  return { delimiter: ",", names, missing: [], codes: [] };
}

function readNames(line: string, delimiter: Delimiter): HeaderReading | undefined {
  const cells = looseCells(line, delimiter);
  if (cells.length < ENOUGH_NAMES) return undefined;
  const codes = new Set<DiagnosticCode>();
  if (delimiter !== ",") codes.add("delimiter");
  const taken = new Set<string>();
  const names = cells.map((cell) => {
    const name = columnNamed(cell);
    if (name === undefined || taken.has(name)) return cell.trim();
    if (name !== cell) codes.add("header-name");
    taken.add(name);
    return name;
  });
  while (names.length > COLUMN_NAMES.length && names.at(-1) === "" && delimiter !== ",") names.pop();
  takeByPlace(names, taken, codes);
  const missing = COLUMN_NAMES.filter((name) => !taken.has(name));
  if (missing.length > 0) codes.add("missing-column");
  return { delimiter, names, missing, codes: [...codes] };
}

/** A name that nobody knows is the one column that is missing, or the one whose usual place it has. */
function takeByPlace(names: string[], taken: Set<string>, codes: Set<DiagnosticCode>): void {
  const missing = COLUMN_NAMES.filter((name) => !taken.has(name));
  if (missing.length === 0 || names.length !== COLUMN_NAMES.length || missing.length > ENOUGH_NAMES) return;
  const inPlace = COLUMN_NAMES.every((name, place) => names[place] === name || missing.includes(name));
  // Behind a last comma the header may go on in the next line.
  if (names.at(-1) === "") return;
  const unknown = names.findIndex((name) => !taken.has(name));
  for (const name of missing) {
    const place = inPlace ? COLUMN_NAMES.indexOf(name) : missing.length === 1 ? unknown : -1;
    if (place === -1) continue;
    names[place] = name;
    taken.add(name);
    codes.add("header-name");
  }
}

function looseCells(line: string, delimiter: Delimiter): string[] {
  const bare = line.replaceAll("\0", "").replace(/^\s*\|(?=.*\|)|\|\s*$/g, (bar) => (delimiter === "|" ? "" : bar));
  const whole = /^\s*"([^"]*)"[\s,;]*$/.exec(bare)?.[1];
  const text = whole?.includes(delimiter) === true ? whole : bare;
  return text.split(delimiter).map((cell) => {
    const [, before, quoted, behind] = /^(\s*)"(.*)"(\s*)$/.exec(cell) ?? [];
    return quoted === undefined ? cell : `${before ?? ""}${quoted.replaceAll('""', '"')}${behind ?? ""}`;
  });
}

const BY_LETTERS = new Map<string, ColumnName>(COLUMN_NAMES.map((name) => [lettersOf(name), name]));
const SYNONYMS: ReadonlyMap<string, ColumnName> = new Map([
  ["session", "session_id"],
  ["sid", "session_id"],
  ["user", "user_id"],
  ["uid", "user_id"],
  ["thread", "thread_id"],
  ["created", "created_at"],
  ["createdon", "created_at"],
  ["lastactive", "last_activity"],
  ["lastactivityat", "last_activity"],
  ["lastseen", "last_activity"],
  ["updatedat", "last_activity"],
  ["pending", "pending_approval"],
  ["approval", "pending_approval"],
  ["meta", "metadata"],
]);

function lettersOf(text: string): string {
  return text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
}

/** Our column that a name means, however it is spelled. */
export function columnNamed(cell: string): ColumnName | undefined {
  const letters = lettersOf(cell);
  const known = BY_LETTERS.get(letters) ?? SYNONYMS.get(letters);
  if (known !== undefined || letters.length < 6) return known;
  for (const [spelling, name] of BY_LETTERS) {
    if (distance(letters, spelling) <= (spelling.length < 8 ? 1 : 2)) return name;
  }
  return undefined;
}
