import { KERNEL_BASE64 } from "./binary.generated.js";
import {
  AT,
  DICTIONARY_ENTRY_BYTES,
  FIELD_CAPACITY,
  NEEDLE_BYTES,
  OUTPUT_BYTES,
  pagesFor,
  pagesOf,
  RECORD_CAPACITY,
  SLACK_BYTES,
  TIME_SLOTS,
} from "./memory-layout.js";
import type { RowProgram } from "./row-program.js";

export { FIELD_CAPACITY } from "./memory-layout.js";

/** Bits of an offset entry in the tables that hold the offset; the bits above are flags. */
export const OFFSET_MASK = (1 << 28) - 1;

/** The field is quoted: it starts, and unless it is broken ends, with a quote. */
export const FIELD_QUOTED = 1 << 28;
/** The field is quoted and holds doubled quotes. */
export const FIELD_ESCAPED = 1 << 29;

/** A quote stands inside an unquoted field, or after a closing quote: not RFC 4180, read as text. */
export const RECORD_STRAY_QUOTE = 1 << 28;
/** Something other than a comma or a line break follows a closing quote. */
export const RECORD_BROKEN_QUOTE = 1 << 29;
/** A carriage return without a line feed stands outside quotes. */
export const RECORD_BARE_CR = 1 << 30;
/** The file ends inside a quoted field. */
export const RECORD_UNCLOSED = 1 << 31;

/** Bits of `classes`: the record has the header's fields and no broken quoting; its asked column has a value. */
export const CLASS_WHOLE = 1;
export const CLASS_FILLED = 2;

/** What `answers` hold after `matchColumn`; AS_TEXT: the value holds doubled quotes and must be compared as text. */
export const ANSWER_YES = 1;
export const ANSWER_AS_TEXT = 2;

/** What `answers` hold after `internColumn` where the value is not in the dictionary. */
export const NOT_INTERNED = 255;

/** The longest text, and so the longest record, that can be scanned: offsets have 28 bits. */
export const TEXT_CAPACITY_LIMIT = OFFSET_MASK + 1 - SLACK_BYTES;

/** How a JSON text was judged. A Python object holds NaN or Infinity, which Python writes and RFC 8259 forbids. */
export type JsonVerdict = "invalid" | "object" | "other" | "python-object";
const JSON_VERDICTS: readonly JsonVerdict[] = ["invalid", "object", "other", "python-object"];

export type MatchMode = "equals" | "starts" | "ends";
const MATCH_MODES: Readonly<Record<MatchMode, number>> = { equals: 0, starts: 1, ends: 2 };

/** What `answers` hold after `findFaults`, by number. */
export const RECORD_FAULTS = [
  undefined,
  "blank",
  "quoting",
  "too-few-fields",
  "too-many-fields",
  "last-activity",
  "created-at",
  "metadata",
  "no-session-id",
  "no-user-id",
  "pending-approval",
] as const;

/** Places of the columns that `findFaults` looks at, besides the timestamps. */
export interface CheckedColumns {
  readonly sessionId: number;
  readonly userId: number;
  readonly pendingApproval: number;
  readonly metadata: number;
}

interface KernelExports {
  readonly consumed: WebAssembly.Global;
  readonly records: WebAssembly.Global;
  readonly isTooWide: WebAssembly.Global;
  readonly isNaive: WebAssembly.Global;
  readonly renderedLength: WebAssembly.Global;
  attach(text: number, fields: number, records: number): void;
  scan(length: number, isFinal: boolean, fieldCapacity: number, recordCapacity: number): void;
  checkJson(at: number, end: number, quoteLength: number, stack: number): number;
  parseTimestamp(at: number, end: number): number;
  parseTimestamps(recordCount: number, column: number, out: number, naiveOut: number): void;
  classify(recordCount: number, width: number, column: number, out: number): void;
  matchColumn(count: number, column: number, needle: number, length: number, mode: number, out: number): void;
  findFaults(...args: readonly number[]): void;
  internColumn(recordCount: number, column: number, dictionary: number, valueCount: number, out: number): number;
  renderRows(...args: readonly number[]): number;
}

let compiled: WebAssembly.Module | undefined;

/**
 * The loops that see every byte, in WebAssembly with its own memory: a text region that the caller fills, and the tables
 * that the loops write.
 */
export class Kernel {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: KernelExports;
  #textCapacity: number;
  #valueCount = 0;
  #program: RowProgram | undefined;

  /** The text region, `textCapacity` bytes long. All views are stale after `growText`. */
  text!: Buffer;
  /** Per field two entries: where its value starts, with FIELD_ flags; one past its end, quotes excluded. */
  fields!: Uint32Array;
  /** Per record two entries: one past the index of its last field; its end, line break included, with RECORD_ flags. */
  records!: Uint32Array;
  /** By slot and record the result of `parseTimestamps`. */
  instants!: readonly Float64Array[];
  /** By slot and record 1 where that timestamp names no offset, else 0. */
  naive!: readonly Uint8Array[];
  /** Per record the CLASS_ bits that `classify` found. */
  classes!: Uint8Array;
  /** Per record the answer of the last `matchColumn` or `internColumn`. */
  answers!: Uint8Array;
  /** Records that `renderRows` is to render, by their place in the batch. */
  picks!: Uint32Array;

  constructor(textCapacity: number) {
    compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_BASE64, "base64"));
    this.#textCapacity = textCapacity;
    this.#memory = new WebAssembly.Memory({ initial: pagesFor(textCapacity) });
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.#exports = instance.exports as unknown as KernelExports;
    this.#exports.attach(AT.text, AT.fields, AT.records);
    this.#setViews();
  }

  get textCapacity(): number {
    return this.#textCapacity;
  }

  /**
   * Makes the text region larger and keeps its bytes. All views become stale and are replaced.
   * @param textCapacity bytes, at most TEXT_CAPACITY_LIMIT
   */
  growText(textCapacity: number): void {
    const missing = pagesFor(textCapacity) - pagesOf(this.#memory.buffer);
    if (missing > 0) this.#memory.grow(missing);
    this.#textCapacity = textCapacity;
    this.#setViews();
  }

  /**
   * Splits text[0, length) into records and fills the tables.
   * @param isFinal the text ends where the file ends, so the last record needs no line break
   * @returns how many records are complete; see also `consumed`
   */
  scan(length: number, isFinal: boolean): number {
    this.#exports.scan(length, isFinal, FIELD_CAPACITY, RECORD_CAPACITY);
    return this.#exports.records.value;
  }

  /** The last `scan` stopped at its first record, because that has more than FIELD_CAPACITY fields. */
  get isTooWide(): boolean {
    return this.#exports.isTooWide.value !== 0;
  }

  /** Bytes that the records of the last `scan` take. */
  get consumed(): number {
    return this.#exports.consumed.value;
  }

  /**
   * Checks text[start, end) as JSON, nested at most 1,000 deep.
   * @param hasDoubledQuotes the text stands inside a quoted CSV field, every quote doubled
   */
  checkJson(start: number, end: number, hasDoubledQuotes: boolean): JsonVerdict {
    const verdict = this.#exports.checkJson(AT.text + start, AT.text + end, hasDoubledQuotes ? 2 : 1, AT.stack);
    return JSON_VERDICTS[verdict] ?? "invalid";
  }

  /**
   * Parses one column of the first `recordCount` records into a slot of `instants` and `naive`.
   *
   * A timestamp is `YYYY-MM-DD`, `T` or a space, `HH:MM:SS`, an optional fraction of any length (cut to microseconds, as
   * Python's `datetime.fromisoformat` does), an optional `Z` or `±HH:MM`. The result is in microseconds since
   * 1970-01-01T00:00:00Z, without an offset taken as UTC; NaN for any other text, for a date or time that does not exist,
   * and where the record has no such column.
   *
   * @param column place of the field in its record, from 0
   * @param slot 0 or 1
   */
  parseTimestamps(recordCount: number, column: number, slot: number): void {
    const instantsAt = AT.instants + slot * RECORD_CAPACITY * 8;
    const naiveAt = AT.naive + slot * RECORD_CAPACITY;
    this.#exports.parseTimestamps(recordCount, column, instantsAt, naiveAt);
  }

  /** Parses text[0, length) as one timestamp. */
  parseTimestamp(length: number): { readonly instant: number; readonly isNaive: boolean } {
    const instant = this.#exports.parseTimestamp(AT.text, AT.text + length);
    return { instant, isNaive: this.#exports.isNaive.value !== 0 };
  }

  /** Fills `classes` for records of `width` fields; CLASS_FILLED speaks of `column`. */
  classify(recordCount: number, width: number, column: number): void {
    this.#exports.classify(recordCount, width, column, AT.classes);
  }

  /**
   * Fills `answers` with the first fault of each record, a place in RECORD_FAULTS. Both columns of timestamps must have
   * been parsed: the session's last activity into slot 0, its creation into slot 1.
   */
  findFaults(recordCount: number, width: number, columns: CheckedColumns): void {
    const { sessionId, userId, pendingApproval, metadata } = columns;
    this.#exports.findFaults(
      ...[recordCount, width, AT.instants, RECORD_CAPACITY],
      ...[sessionId, userId, pendingApproval, metadata, AT.stack, AT.answers],
    );
  }

  /** Compares a column of every record with some bytes, at most 1,024; fills `answers`. */
  matchColumn(recordCount: number, column: number, needle: Uint8Array, mode: MatchMode): void {
    new Uint8Array(this.#memory.buffer, AT.needle, NEEDLE_BYTES).set(needle);
    this.#exports.matchColumn(recordCount, column, AT.needle, needle.length, MATCH_MODES[mode], AT.answers);
  }

  /**
   * Numbers the values of a column of every record, the same number for the same bytes in every batch; fills `answers`.
   * Values that are long, hold doubled quotes, or come when 64 others are known, are NOT_INTERNED. One column only.
   */
  internColumn(recordCount: number, column: number): void {
    const known = this.#valueCount;
    this.#valueCount = this.#exports.internColumn(recordCount, column, AT.dictionary, known, AT.answers);
  }

  /** The value that `internColumn` gave this number. */
  internedValue(number: number): string {
    const at = AT.dictionary + number * DICTIONARY_ENTRY_BYTES;
    const [length = 0] = new Uint32Array(this.#memory.buffer, at, 1);
    return Buffer.from(this.#memory.buffer, at + 4, length).toString("utf8");
  }

  /**
   * Renders the records `picks[from]` to `picks[pickCount - 1]` by a program, one behind the other, a separator before
   * each but the first of all, and stops before the first that is not plain enough or does not fit.
   * Timestamps must have been parsed before, `last_activity` into slot 0.
   *
   * @param isFirst no row has been rendered before this one
   * @param isUtf8 the batch is valid UTF-8; else only ASCII counts as plain
   * @returns the place of the record to go on with, and the text of the rows before it, valid until the next call
   */
  renderRows(
    program: RowProgram,
    from: number,
    pickCount: number,
    isFirst: boolean,
    cutoff: number,
    isUtf8: boolean,
  ): { readonly next: number; readonly bytes: Uint8Array } {
    if (this.#program !== program) {
      program.writeTo(this.#memory.buffer);
      this.#program = program;
    }
    const { stepCount, literalBytes, separator } = program;
    // The first row goes alone, because only it has no separator before it.
    const end = isFirst ? from + 1 : pickCount;
    const next = this.#exports.renderRows(
      ...[AT.picks, from, end, AT.steps, stepCount, AT.literals, literalBytes],
      ...[separator.at, isFirst ? 0 : separator.length, AT.instants, AT.naive, RECORD_CAPACITY, cutoff],
      ...[AT.stack, AT.output, OUTPUT_BYTES, AT.records, isUtf8 ? 1 : 0],
    );
    return { next, bytes: new Uint8Array(this.#memory.buffer, AT.output, this.#exports.renderedLength.value) };
  }

  #setViews(): void {
    const { buffer } = this.#memory;
    this.text = Buffer.from(buffer, AT.text, this.#textCapacity);
    this.fields = new Uint32Array(buffer, AT.fields, FIELD_CAPACITY * 2);
    this.records = new Uint32Array(buffer, AT.records, RECORD_CAPACITY * 2);
    const slots = Array.from({ length: TIME_SLOTS }, (_, slot) => slot * RECORD_CAPACITY);
    this.instants = slots.map((place) => new Float64Array(buffer, AT.instants + place * 8, RECORD_CAPACITY));
    this.naive = slots.map((place) => new Uint8Array(buffer, AT.naive + place, RECORD_CAPACITY));
    this.classes = new Uint8Array(buffer, AT.classes, RECORD_CAPACITY);
    this.answers = new Uint8Array(buffer, AT.answers, RECORD_CAPACITY);
    this.picks = new Uint32Array(buffer, AT.picks, RECORD_CAPACITY);
  }
}
