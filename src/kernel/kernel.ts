import { KERNEL_BASE64 } from "./binary.generated.js";

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

/** How a JSON text was judged. A Python object holds NaN or Infinity, which Python writes and RFC 8259 forbids. */
export type JsonVerdict = "invalid" | "object" | "other" | "python-object";
const JSON_VERDICTS: readonly JsonVerdict[] = ["invalid", "object", "other", "python-object"];

interface KernelExports {
  readonly consumed: WebAssembly.Global;
  readonly records: WebAssembly.Global;
  readonly isNaive: WebAssembly.Global;
  scan(
    text: number,
    length: number,
    isFinal: boolean,
    fieldsOut: number,
    fieldCapacity: number,
    recordsOut: number,
    recordCapacity: number,
  ): void;
  checkJson(at: number, end: number, quoteLength: number, stack: number): number;
  parseTimestamp(at: number, end: number): number;
  parseTimestamps(
    text: number,
    fields: number,
    recordTable: number,
    recordCount: number,
    column: number,
    out: number,
    naiveOut: number,
  ): void;
}

const PAGE_BYTES = 65_536;
/** SIMD loads may read this far past the end of the text. */
const SLACK_BYTES = 64;
const STACK_BYTES = 1024;
/** Fields and records that one call of `scan` can hold; a record with more fields than that is refused. */
export const FIELD_CAPACITY = 131_072;
const RECORD_CAPACITY = 16_384;
/** How many columns of timestamps can be held parsed at once. */
const TIME_SLOTS = 2;
/** The longest text, and so the longest record, that can be scanned: offsets have 28 bits. */
export const TEXT_CAPACITY_LIMIT = OFFSET_MASK + 1 - SLACK_BYTES;

const INSTANTS_AT = STACK_BYTES;
const NAIVE_AT = INSTANTS_AT + TIME_SLOTS * RECORD_CAPACITY * 8;
const RECORDS_AT = NAIVE_AT + TIME_SLOTS * RECORD_CAPACITY;
const FIELDS_AT = RECORDS_AT + RECORD_CAPACITY * 8;
const TEXT_AT = FIELDS_AT + FIELD_CAPACITY * 8;

let compiled: WebAssembly.Module | undefined;

/**
 * The loops that see every byte, in WebAssembly with its own memory: a text region that the caller fills, and the tables
 * that the loops write. Memory is laid out as scratch room, record table, field table, text; the text comes last so that
 * it can grow.
 */
export class Kernel {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: KernelExports;
  #textCapacity: number;

  /** The text region, `textCapacity` bytes long. Stale after `growText`. */
  text!: Uint8Array;
  /** Per field two entries: where its value starts, with FIELD_ flags; one past its end, quotes excluded. */
  fields!: Uint32Array;
  /** Per record two entries: one past the index of its last field; its end, line break included, with RECORD_ flags. */
  records!: Uint32Array;
  /** By slot and record the result of `parseTimestamps`. */
  instants!: readonly Float64Array[];
  /** By slot and record 1 where that timestamp names no offset, else 0. */
  naive!: readonly Uint8Array[];

  constructor(textCapacity: number) {
    compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_BASE64, "base64"));
    this.#textCapacity = textCapacity;
    this.#memory = new WebAssembly.Memory({ initial: pagesFor(textCapacity) });
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.#exports = instance.exports as unknown as KernelExports;
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
    const missing = pagesFor(textCapacity) - this.#memory.buffer.byteLength / PAGE_BYTES;
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
    this.#exports.scan(TEXT_AT, length, isFinal, FIELDS_AT, FIELD_CAPACITY, RECORDS_AT, RECORD_CAPACITY);
    return this.#exports.records.value;
  }

  /** Bytes that the records of the last `scan` take. */
  get consumed(): number {
    return this.#exports.consumed.value;
  }

  /**
   * Checks text[start, end) as JSON.
   * @param hasDoubledQuotes the text stands inside a quoted CSV field, every quote doubled
   */
  checkJson(start: number, end: number, hasDoubledQuotes: boolean): JsonVerdict {
    const verdict = this.#exports.checkJson(TEXT_AT + start, TEXT_AT + end, hasDoubledQuotes ? 2 : 1, 0);
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
    const instantsAt = INSTANTS_AT + slot * RECORD_CAPACITY * 8;
    const naiveAt = NAIVE_AT + slot * RECORD_CAPACITY;
    this.#exports.parseTimestamps(TEXT_AT, FIELDS_AT, RECORDS_AT, recordCount, column, instantsAt, naiveAt);
  }

  /** Parses text[0, length) as one timestamp. */
  parseTimestamp(length: number): { readonly instant: number; readonly isNaive: boolean } {
    const instant = this.#exports.parseTimestamp(TEXT_AT, TEXT_AT + length);
    return { instant, isNaive: this.#exports.isNaive.value !== 0 };
  }

  #setViews(): void {
    const { buffer } = this.#memory;
    this.text = new Uint8Array(buffer, TEXT_AT, this.#textCapacity);
    this.fields = new Uint32Array(buffer, FIELDS_AT, FIELD_CAPACITY * 2);
    this.records = new Uint32Array(buffer, RECORDS_AT, RECORD_CAPACITY * 2);
    const slots = Array.from({ length: TIME_SLOTS }, (_, slot) => slot * RECORD_CAPACITY);
    this.instants = slots.map((at) => new Float64Array(buffer, INSTANTS_AT + at * 8, RECORD_CAPACITY));
    this.naive = slots.map((at) => new Uint8Array(buffer, NAIVE_AT + at, RECORD_CAPACITY));
  }
}

function pagesFor(textCapacity: number): number {
  return Math.ceil((TEXT_AT + textCapacity + SLACK_BYTES) / PAGE_BYTES);
}
