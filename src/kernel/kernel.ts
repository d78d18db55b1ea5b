import { instantiate, type KernelExports } from "./instance.js";
import {
  AT,
  DICTIONARY_ENTRY_BYTES,
  endOfText,
  FIELD_CAPACITY,
  NEEDLE_BYTES,
  OUTPUT_BYTES,
  pagesFor,
  pagesOf,
  RECORD_CAPACITY,
  TIME_SLOTS,
} from "./memory-layout.js";
import type { RowProgram } from "./row-program.js";
import {
  JSON_VERDICTS,
  MATCH_MODES,
  type CheckedColumns,
  type IdColumns,
  type JsonVerdict,
  type MatchMode,
} from "./tables.js";

export { FIELD_CAPACITY } from "./memory-layout.js";
export * from "./tables.js";

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
  /** Per record the SUSPECT_ bits that `inspect` found. */
  inspections!: Uint8Array;
  /** Per record the low and the high half of the hash that `hashColumn` found. */
  hashes!: Uint32Array;
  /** Records that `renderRows` is to render, by their place in the batch. */
  picks!: Uint32Array;

  constructor(textCapacity: number) {
    this.#textCapacity = textCapacity;
    this.#memory = new WebAssembly.Memory({ initial: pagesFor(endOfText(textCapacity)) });
    this.#exports = instantiate(this.#memory);
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
    const missing = pagesFor(endOfText(textCapacity)) - pagesOf(this.#memory.buffer);
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
    const verdict = this.#exports.checkJson(AT.text + start, AT.text + end, hasDoubledQuotes ? 2 : 1, AT.json);
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

  /** How many JSON cells hold NaN or Infinity, of those that `findFaults` last looked at. */
  get pythonObjectCount(): number {
    return this.#exports.pythonObjectCount.value;
  }

  /**
   * Fills `answers` with the first fault of each record, a place in RECORD_FAULTS. Both columns of timestamps must have
   * been parsed: the session's last activity into slot 0, its creation into slot 1.
   */
  findFaults(recordCount: number, width: number, columns: CheckedColumns): void {
    const { sessionId, userId, pendingApproval, metadata } = columns;
    this.#exports.findFaults(
      ...[recordCount, width, AT.instants, RECORD_CAPACITY],
      ...[sessionId, userId, pendingApproval, metadata, AT.json, AT.answers],
    );
  }

  /**
   * Fills `inspections` with what is suspicious about each record, as SUSPECT_ bits: never too few, and of values the
   * bytes as they stand, doubled quotes included. A value that the record does not have is not suspicious. Both columns
   * of timestamps must have been parsed, as for `findFaults`.
   * @returns how many session ids are UUIDs: 36 bytes, hexadecimal digits of either case and four dashes
   */
  inspect(recordCount: number, places: IdColumns): number {
    const { sessionId, userId, platform, threadId } = places;
    return this.#exports.inspect(
      ...[recordCount, AT.instants, RECORD_CAPACITY, sessionId, userId, platform, threadId, AT.inspections],
    );
  }

  /**
   * Fills `hashes` with 64-bit hashes of the values of a column, doubled quotes made single: the same for the same value
   * in every batch, never 0. It is 0 only where a record has no such column. Whoever wants to can make two values
   * with the same hash.
   */
  hashColumn(recordCount: number, column: number): void {
    this.#exports.hashColumn(recordCount, column, AT.hashes);
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
   * each, and stops before the first that is not plain enough or does not fit.
   * Timestamps must have been parsed before, `last_activity` into slot 0.
   *
   * @param isUtf8 the batch is valid UTF-8; else only ASCII counts as plain
   * @returns the place of the record to go on with, and the text of the rows before it, valid until the next call
   */
  renderRows(
    program: RowProgram,
    from: number,
    pickCount: number,
    cutoff: number,
    isUtf8: boolean,
  ): { readonly next: number; readonly bytes: Uint8Array } {
    if (this.#program !== program) {
      program.writeTo(this.#memory.buffer);
      this.#program = program;
    }
    const { stepCount, literalBytes, separator } = program;
    const next = this.#exports.renderRows(
      ...[AT.picks, from, pickCount, AT.steps, stepCount, AT.literals, literalBytes],
      ...[separator.at, separator.length, AT.instants, AT.naive, RECORD_CAPACITY, cutoff],
      ...[AT.json, AT.output, OUTPUT_BYTES, AT.records, isUtf8 ? 1 : 0],
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
    this.inspections = new Uint8Array(buffer, AT.inspections, RECORD_CAPACITY);
    this.hashes = new Uint32Array(buffer, AT.hashes, RECORD_CAPACITY * 2);
    this.picks = new Uint32Array(buffer, AT.picks, RECORD_CAPACITY);
  }
}
