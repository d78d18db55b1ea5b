import type { DiagnosticCode } from "./diagnostic.js";
import { withoutEdgeQuotes } from "./edge-quotes.js";
import { jsonCells } from "./json-cell.js";
import { isUuid } from "../session/uuid.js";
import type { ColumnKind } from "./values.js";

/** One way to read a field whose quoting cannot be trusted. */
export interface FieldCandidate {
  readonly text: string;
  readonly end: number;
  readonly codes: readonly DiagnosticCode[];
  /** The value is taken as it stands. */
  readonly isClean: boolean;
}

/** What a value that is missing may look like. */
export interface FieldGaps {
  /** Quotes with nothing between them that have no partner. */
  readonly allowsLoneQuotes: boolean;
  /** Nothing, and the next record at once. */
  readonly allowsNextRecord: boolean;
}

/**
 * The ways to read the field that starts at `at`, the likeliest first. Each is tried only when it is asked for.
 * @param text bytes as Latin-1
 */
export function fieldCandidates(
  kind: ColumnKind,
  text: string,
  at: number,
  delimiter: string,
  gaps: FieldGaps,
): Generator<FieldCandidate> {
  return kind === "json" ? jsonCandidates(text, at, delimiter, gaps) : plainCandidates(text, at, delimiter, kind);
}

/** A line, or the text, ends here. */
export function isLineEnd(text: string, at: number): boolean {
  const character = text[at];
  return character === undefined || character === "\n" || character === "\r";
}

/** The field as RFC 4180 quotes it, behind `lead` spaces. */
function* quotedCandidate(text: string, at: number, lead: number, delimiter: string): Generator<FieldCandidate> {
  const quoted = quotedField(text, at + lead, delimiter);
  if (quoted === undefined) return;
  const codes: DiagnosticCode[] = lead > 0 || quoted.hasSpaceBehind ? ["padding"] : [];
  yield { text: quoted.text, end: quoted.end, codes, isClean: codes.length === 0 };
}

/** Ids, times and the values of other columns. */
function* plainCandidates(text: string, at: number, delimiter: string, kind: ColumnKind): Generator<FieldCandidate> {
  const lead = spaceLength(text, at);
  const withoutQuotes = (value: string, kinds: ("curly" | "straight")[]): ReturnType<typeof withoutEdgeQuotes> => {
    const uuid = value.replaceAll(/["\s]/g, "");
    if (kind === "id" && value.includes('"') && isUuid(uuid)) return { text: uuid, code: "stray-quote" };
    const isInApostrophes = /^\s*'|'\s*$/.test(value) && (kind === "time" || standsInApostrophes(value, text, at));
    return kind === "other" ? undefined : withoutEdgeQuotes(value, isInApostrophes ? [...kinds, "apostrophe"] : kinds);
  };
  for (const quoted of text[at + lead] === '"' ? quotedCandidate(text, at, lead, delimiter) : []) {
    // What stands inside of the quotes of CSV is read as it is without them.
    const bare = withoutQuotes(quoted.text, ["curly"]);
    yield bare === undefined
      ? quoted
      : { ...quoted, text: bare.text, codes: [...quoted.codes, bare.code], isClean: false };
  }
  const end = plainEnd(text, at, delimiter);
  const plain = text.slice(at, end);
  const bare = withoutQuotes(plain, ["curly", "straight"]);
  if (bare !== undefined) {
    yield { text: bare.text, end, codes: [bare.code], isClean: false };
    return;
  }
  yield { text: plain, end, codes: [], isClean: !plain.includes('"') };
  // 10:30:00,123456 with a comma for the point.
  const fraction = /^,\d{3,6}(?=,)/.exec(text.slice(end, end + 8))?.[0];
  if (fraction !== undefined && /\d:\d\d:\d\d$/.test(plain)) {
    yield { text: plain + fraction, end: end + fraction.length, codes: [], isClean: false };
  }
}

/** They are no part of an id where a UUID remains without them, or where the times of the row have them too. */
function standsInApostrophes(value: string, text: string, at: number): boolean {
  if (isUuid(value.replaceAll(/^[\s"']+|[\s"']+$/g, ""))) return true;
  const end = text.indexOf("\n", at);
  const row = text.slice(text.lastIndexOf("\n", at - 1) + 1, end === -1 ? undefined : end);
  return /'\d{4}-\d\d-\d\d[^',;\t|]*'/.test(row.slice(0, LONGEST_ROW));
}

/** So far into a row times are looked for. */
const LONGEST_ROW = 4096;

function* jsonCandidates(text: string, at: number, delimiter: string, gaps: FieldGaps): Generator<FieldCandidate> {
  const lead = spaceLength(text, at);
  const opening = text[at + lead];
  if (opening === '"') yield* quotedCandidate(text, at, lead, delimiter);
  const end = plainEnd(text, at, delimiter);
  const plain = text.slice(at, end);
  if (opening !== '"' && opening !== "{") {
    const pad = plain.trim() !== plain && plain.trim() === "" ? (["padding"] as const) : [];
    yield { text: plain, end, codes: pad, isClean: pad.length === 0 };
    const bare = withoutEdgeQuotes(plain, ["curly", "straight", "apostrophe"]);
    if (bare !== undefined) yield { text: bare.text, end, codes: [bare.code], isClean: false };
  } else if (gaps.allowsLoneQuotes && /^[ \t]*"+[ \t]*$/.test(plain)) {
    yield { text: "", end, codes: ["stray-quote"], isClean: false };
  } else if (plain.trim() === "{}") {
    const codes: DiagnosticCode[] = plain === "{}" ? [] : ["padding"];
    yield { text: "{}", end, codes, isClean: codes.length === 0 };
  }
  for (const cell of jsonCells(text, at)) {
    let cellEnd = cell.end;
    cellEnd += spaceLength(text, cellEnd);
    const codes = lead > 0 || cellEnd > cell.end ? [...cell.codes, "padding" as const] : cell.codes;
    yield { text: cell.json, end: cellEnd, codes, isClean: codes.length === 0 && isPlain(cell.json, delimiter) };
  }
  if (gaps.allowsNextRecord && end > at) yield { text: "", end: at, codes: [], isClean: true };
}

function plainEnd(text: string, at: number, delimiter: string): number {
  let end = at;
  while (!isLineEnd(text, end) && text[end] !== delimiter) end += 1;
  return end;
}

/** The quoted field at `at`, as RFC 4180 has it; spaces may follow it. */
function quotedField(
  text: string,
  at: number,
  delimiter: string,
): { text: string; end: number; hasSpaceBehind: boolean } | undefined {
  let quote = text.indexOf('"', at + 1);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  if (quote === -1) return undefined;
  const end = quote + 1 + spaceLength(text, quote + 1);
  if (!isLineEnd(text, end) && text[end] !== delimiter) {
    if (end > quote + 1) return undefined;
    // The next record may follow at once; the reader of what is behind says whether it does.
    return { text: text.slice(at + 1, quote).replaceAll('""', '"'), end, hasSpaceBehind: false };
  }
  return { text: text.slice(at + 1, quote).replaceAll('""', '"'), end, hasSpaceBehind: end > quote + 1 };
}

/** Text that needs no quotes. */
function isPlain(value: string, delimiter: string): boolean {
  return !/["\r\n]/.test(value) && !value.includes(delimiter);
}

/** Spaces of all kinds, and NUL bytes, which are none but stand in the way as well. */
const SPACES = /(?:[ \t\0]|\u00c2\u00a0|\u00e2\u0080\u008b|\u00ef\u00bb\u00bf)*/y;

function spaceLength(text: string, at: number): number {
  SPACES.lastIndex = at;
  return SPACES.exec(text)?.[0].length ?? 0;
}
