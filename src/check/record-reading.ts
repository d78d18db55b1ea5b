import { isIdLike } from "../session/id-text.js";
import type { DiagnosticCode } from "./diagnostic.js";
import { fieldCandidates, isLineEnd, type FieldGaps } from "./field-candidates.js";
import { hasTextBeforeUuid, UUID_START } from "./uuid.js";
import { kindOf, readValue, type ColumnKind, type ValueRules } from "./values.js";

/** How records are to be read: their columns and what separates them. */
export interface RecordLayout {
  /** Names of the columns in the order of the fields, "" for one without a name. */
  readonly names: readonly string[];
  readonly delimiter: string;
  /** There are records of which the last value is empty. */
  readonly lastMayBeEmpty?: boolean;
  /** Ids are UUIDs: one with other text around it is not an id. */
  readonly idsAreUuids?: boolean;
}

/** What was noticed about a part of a record. */
interface Note {
  readonly code: DiagnosticCode;
  readonly field: string | undefined;
  /** Offsets in the text that was read. */
  readonly start: number;
  readonly end: number;
  /** Setting it right loses or guesses something. */
  readonly isLossy?: boolean;
}

/** A field as it was read. */
export interface FieldReading {
  /** The value as it should stand. */
  readonly value: string;
  /** The field as it stands, quotes included, where it needs no change. */
  readonly raw: string | undefined;
  /** Offset of the first quote in a field that needs a change; undefined where there is none. */
  readonly quoteAt?: number | undefined;
}

/** A whole record read off a text. */
export interface RecordReading {
  /** One for each column of the layout. */
  readonly fields: readonly FieldReading[];
  readonly notes: readonly Note[];
  /** Offset of one past the record, before its line break. */
  readonly end: number;
  /** Where text starts, up to the end of the line, that belongs to none of the columns; undefined where there is none. */
  readonly tail: number | undefined;
}

/** So many fields may be looked at for one record: where quoting is in doubt a field has several readings. */
const LOOKS = 400;
const LONGEST_TAIL = 4096;

/**
 * Reads one record from a text in whatever way makes all of its values what their columns want; its columns, not its
 * quotes, say where fields end.
 *
 * @param text bytes as Latin-1; may go on behind the record
 * @returns undefined where no reading makes a whole record
 */
export function readRecord(
  text: string,
  start: number,
  layout: RecordLayout,
  rules: ValueRules,
): RecordReading | undefined {
  return readerOf(text, layout, rules, false).from(start);
}

/** Like `readRecord`, but text that belongs to no column may stand behind the record. */
export function readRecordWithTail(
  text: string,
  start: number,
  layout: RecordLayout,
  rules: ValueRules,
): RecordReading | undefined {
  return readerOf(text, layout, rules, true).from(start);
}

/**
 * Whether a text that is no record may become one with more text behind it: false where all ways to read it fail at a value
 * of which the end can be seen.
 */
export function mayBecomeRecord(text: string, start: number, layout: RecordLayout, rules: ValueRules): boolean {
  const reader = readerOf(text, layout, rules, false);
  return reader.from(start) !== undefined || reader.isOpen;
}

/** A tab that separates fields is no space. */
const TAB_AS_DELIMITER = "\u001f";

function readerOf(text: string, layout: RecordLayout, rules: ValueRules, allowsTail: boolean): RecordReader {
  if (layout.delimiter !== "\t") return new RecordReader(text, layout, rules, allowsTail);
  const marked = { ...layout, delimiter: TAB_AS_DELIMITER };
  return new RecordReader(text.replaceAll("\t", TAB_AS_DELIMITER), marked, rules, allowsTail);
}

class RecordReader {
  readonly #text: string;
  readonly #layout: RecordLayout;
  readonly #rules: ValueRules;
  readonly #allowsTail: boolean;
  readonly #fields: FieldReading[] = [];
  readonly #notes: Note[] = [];
  #looks = LOOKS;
  /** Places and offsets, as one number, from which no record can be read on: whatever stands before them, that stays so. */
  readonly #failures = new Set<number>();
  /** Where the reading failed, the text behind the end might have helped. */
  isOpen = false;
  #isJoined = false;
  /** What is behind the record does not matter. */
  #isGlance = false;

  constructor(text: string, layout: RecordLayout, rules: ValueRules, allowsTail: boolean) {
    this.#allowsTail = allowsTail;
    this.#text = text;
    this.#layout = layout;
    this.#rules = rules;
  }

  from(start: number): RecordReading | undefined {
    const end = this.#field(0, start);
    const tail = end === undefined || isLineEnd(this.#text, end) || this.#isJoined ? undefined : end;
    return end === undefined ? undefined : { fields: [...this.#fields], notes: [...this.#notes], end, tail };
  }

  /** @returns where the record ends, when the fields from `place` on can be read at `at` */
  #field(place: number, at: number): number | undefined {
    const key = at * this.#layout.names.length + place;
    if (this.#failures.has(key)) return undefined;
    const end = this.#fieldAnew(place, at);
    if (end === undefined) this.#failures.add(key);
    return end;
  }

  #fieldAnew(place: number, at: number): number | undefined {
    const name = this.#layout.names[place];
    const kind = kindOf(name ?? "");
    this.isOpen ||= name === undefined || this.#mayGoOn(kind, at);
    if (name === undefined) return this.#recordEnd(at);
    for (const candidate of fieldCandidates(kind, this.#text, at, this.#layout.delimiter, this.#gapsAt(place))) {
      this.#looks -= 1;
      if (this.#looks < 0) return undefined;
      if (kind === "id" && !isIdLike(candidate.text)) continue;
      if (this.#layout.idsAreUuids === true && UUID_COLUMNS.has(name) && hasTextBeforeUuid(candidate.text)) continue;
      const reading = readValue(name, candidate.text, this.#rules);
      if ("fault" in reading) continue;
      const isUnchanged = candidate.isClean && reading.value === candidate.text;
      const noteCount = this.#notes.length;
      for (const code of new Set([...candidate.codes, ...reading.codes])) {
        const quote = code === "stray-quote" ? edgeQuote(this.#text, at, candidate.end) : -1;
        const span = quote === -1 ? { start: at, end: candidate.end } : { start: quote, end: quote + 1 };
        this.#notes.push({ code, field: name, ...span, isLossy: reading.isLossy === true });
      }
      this.#fields.push({
        value: reading.value,
        raw: isUnchanged ? this.#text.slice(at, candidate.end) : undefined,
        quoteAt: isUnchanged ? undefined : this.#quoteIn(at, candidate.end),
      });
      const end = this.#behind(place, at, candidate.end);
      if (end !== undefined) return end;
      this.#fields.pop();
      this.#notes.length = noteCount;
    }
    return undefined;
  }

  #quoteIn(start: number, end: number): number | undefined {
    const quote = this.#text.indexOf('"', start);
    return quote === -1 || quote >= end ? undefined : quote;
  }

  /** The end of a field cannot be seen: it is in quotes or braces, or the text ends first. */
  #mayGoOn(kind: ColumnKind, at: number): boolean {
    FIRST_CHARACTER.lastIndex = at;
    const first = FIRST_CHARACTER.exec(this.#text)?.[1] ?? "";
    if (kind === "json" && first !== "" && "\"'{\u00e2".includes(first)) return true;
    if (first === '"' && !endsInQuote(this.#text, FIRST_CHARACTER.lastIndex)) return true;
    return !this.#text.includes(this.#layout.delimiter, at);
  }

  /** Where a value may be missing: never at the end of a record, which may be cut there. */
  #gapsAt(place: number): FieldGaps {
    const isLast = place === this.#layout.names.length - 1;
    return { allowsLoneQuotes: !isLast, allowsNextRecord: isLast && this.#layout.lastMayBeEmpty === true };
  }

  #behind(place: number, start: number, end: number): number | undefined {
    if (place === this.#layout.names.length - 1) return this.#recordEnd(end);
    if (isLineEnd(this.#text, end)) return this.#withoutLastColumns(place + 1, end);
    if (this.#text.startsWith(this.#layout.delimiter, end)) return this.#field(place + 1, end + 1);
    const isJson = kindOf(this.#layout.names[place] ?? "") === "json";
    if (!isJson || end === start || !/^[ ]*"?\{/.test(this.#text.slice(end, end + 8))) return undefined;
    // The next object follows at once: the delimiter is missing.
    this.#notes.push({ code: "field-count", field: undefined, start: end, end });
    return this.#field(place + 1, end);
  }

  /** The record ends before columns that are not ours: there is nothing in them. */
  #withoutLastColumns(place: number, end: number): number | undefined {
    const names = this.#layout.names.slice(place);
    if (names.some((name) => kindOf(name) !== "other")) return undefined;
    for (const name of names) {
      this.#notes.push({ code: "field-count", field: name === "" ? undefined : name, start: end, end });
      this.#fields.push({ value: "", raw: undefined });
    }
    return end;
  }

  /** Behind the last field come a line's end, empty fields or spaces, or the next record's first field. */
  #recordEnd(at: number): number | undefined {
    if (isLineEnd(this.#text, at) || this.#isGlance) return at;
    const { delimiter } = this.#layout;
    let end = at;
    let hasDelimiter = false;
    while (!isLineEnd(this.#text, end)) {
      const character = this.#text[end];
      if (character === delimiter) hasDelimiter = true;
      else if (character !== " " && character !== "\t" && character !== "\0" && character !== '"') break;
      end += 1;
    }
    if (isLineEnd(this.#text, end)) {
      const tail = this.#text.slice(at, end);
      if ((tail.split('"').length - 1) % 2 === 1 && !/^"+$/.test(tail)) return undefined;
      const code = hasDelimiter
        ? "field-count"
        : tail.includes('"')
          ? "stray-quote"
          : tail.includes("\0")
            ? "nul-bytes"
            : "padding";
      this.#notes.push({ code, field: undefined, start: at, end });
      return end;
    }
    if (!hasDelimiter) return this.#isJoinedTo(at) ? at : this.#tail(at);
    if (!UUID_START.test(this.#text.slice(end, end + 40)) || !this.#isJoinedTo(end)) return this.#tail(at);
    this.#notes.push({ code: "field-count", field: undefined, start: at, end });
    return end;
  }

  /** More fields than there are columns, or other text, behind a record whose last value is certain to have ended. */
  #tail(at: number): number | undefined {
    const lineEnd = this.#lineEnd(at);
    const tail = this.#text.slice(at, Math.min(lineEnd, at + LONGEST_TAIL));
    const before = this.#text[at - 1] ?? "";
    if (!this.#allowsTail || lineEnd - at > LONGEST_TAIL || !/[}"]/.test(before) || /[{}]|\d{4}-\d\d-\d\d/.test(tail)) {
      return undefined;
    }
    this.#notes.push({ code: "field-count", field: undefined, start: at, end: lineEnd });
    return at;
  }

  #lineEnd(at: number): number {
    let end = at;
    while (!isLineEnd(this.#text, end)) end += 1;
    return end;
  }

  /** A whole record follows at once. */
  #isJoinedTo(at: number): boolean {
    if (this.#text[at] === this.#layout.delimiter || this.#looks < 0) return false;
    const next = new RecordReader(this.#text, this.#layout, this.#rules, false);
    next.#isGlance = true;
    if (next.from(at) === undefined) return false;
    this.#notes.push({ code: "joined-records", field: undefined, start: at, end: at });
    this.#isJoined = true;
    return true;
  }
}

const FIRST_CHARACTER = /[ \t\0]*([^])/y;

/** A quote that is not doubled stands in the text from `at` on. */
function endsInQuote(text: string, at: number): boolean {
  let quote = text.indexOf('"', at);
  while (quote !== -1 && text[quote + 1] === '"') quote = text.indexOf('"', quote + 2);
  return quote !== -1;
}

/** Offset of the quote at the start of a value, or else at its end; -1 where there is none. */
function edgeQuote(text: string, start: number, end: number): number {
  const value = text.slice(start, end);
  const first = value.search(/^\s*["']/) === -1 ? -1 : value.search(/["']/);
  const place = first === -1 ? Math.max(value.lastIndexOf('"'), value.lastIndexOf("'")) : first;
  return place === -1 ? -1 : start + place;
}

const UUID_COLUMNS: ReadonlySet<string> = new Set(["session_id", "thread_id"]);
