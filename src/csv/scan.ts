// Law 1: parse, then print, is the identity, for every input. The batches of a scan, put one behind the other after the
// byte order mark, are the file.
import { isAscii, isUtf8 } from "node:buffer";
import { brokenFieldText } from "./field.js";
import {
  FIELD_ESCAPED,
  FIELD_QUOTED,
  OFFSET_MASK,
  RECORD_BROKEN_QUOTE,
  RECORD_UNCLOSED,
  type CheckedColumns,
  type IdColumns,
  type JsonVerdict,
  type MatchMode,
} from "../kernel/kernel.js";
import type { IdTable, RepeatedId } from "../kernel/id-table.js";
import type { RowProgram } from "../kernel/row-program.js";
import { RecordWindow } from "./window.js";

export { NOT_YET, type ReadBytes } from "./window.js";

/**
 * The records of one CSV input as byte spans, a window at a time. Memory stays at the window's size (512 KiB) unless a
 * single record is longer.
 *
 * Grammar: RFC 4180 with a comma, read as Python's csv module reads it. A quote opens a quoted field only where a field
 * starts; a doubled quote inside is one quote; whatever follows a closing quote, and quotes inside an unquoted field, are
 * text (and flagged). Records end with LF or CRLF outside quotes, the last one also with the file. A CR alone ends nothing.
 *
 * The scanner is a cursor: after `nextBatch()` has returned true, the record methods speak of the current batch, and the
 * bytes are valid until the next call.
 */
export class RecordScanner extends RecordWindow {
  #isUtf8 = false;
  #utf8BatchNumber = 0;

  /** RECORD_ flags of a record, 0 for one that RFC 4180 knows. */
  recordFlags(record: number): number {
    return (this.records[record * 2 + 1] ?? 0) & ~OFFSET_MASK;
  }

  /** A closing quote is missing, or text follows one: where the fields, and the record, end is in doubt. */
  isBroken(record: number): boolean {
    return ((this.records[record * 2 + 1] ?? 0) & (RECORD_BROKEN_QUOTE | RECORD_UNCLOSED)) !== 0;
  }

  /** How many fields a record has; a blank line has one empty field. */
  fieldCount(record: number): number {
    return (this.records[record * 2] ?? 0) - (record === 0 ? 0 : (this.records[record * 2 - 2] ?? 0));
  }

  /** The number by which the field methods know a field of a record, `place` counting from 0. */
  field(record: number, place: number): number {
    return (record === 0 ? 0 : (this.records[record * 2 - 2] ?? 0)) + place;
  }

  /** A blank line: no bytes before the line break. */
  isBlank(record: number): boolean {
    const field = this.field(record, 0);
    return this.fieldCount(record) === 1 && !this.isQuoted(field) && this.valueStart(field) === this.valueEnd(field);
  }

  /** Offset in the window of a value's first byte, after an opening quote. */
  valueStart(field: number): number {
    return (this.fields[field * 2] ?? 0) & OFFSET_MASK;
  }

  /** Offset in the window of one past a value's last byte, before a closing quote. */
  valueEnd(field: number): number {
    return this.fields[field * 2 + 1] ?? 0;
  }

  /** The field starts with a quote. */
  isQuoted(field: number): boolean {
    return ((this.fields[field * 2] ?? 0) & FIELD_QUOTED) !== 0;
  }

  /** The value's bytes hold doubled quotes. */
  isEscaped(field: number): boolean {
    return ((this.fields[field * 2] ?? 0) & FIELD_ESCAPED) !== 0;
  }

  /** The field's value as text: without its quotes, doubled quotes made single, bad UTF-8 as U+FFFD. */
  fieldText(record: number, place: number): string {
    const field = this.field(record, place);
    const text = this.bytes.toString("utf8", this.valueStart(field), this.valueEnd(field));
    if (!this.isQuoted(field)) return text;
    if (this.isBroken(record)) return brokenFieldText(text);
    return this.isEscaped(field) ? text.replaceAll('""', '"') : text;
  }

  /**
   * All values of a record as text, like `fieldText`, made in one piece.
   * @param count how many, from the first field on; at most `fieldCount`
   */
  recordTexts(record: number, count: number): string[] {
    const start = this.recordStart(record);
    const end = this.recordEnd(record);
    const texts: string[] = [];
    if (this.isBroken(record) || !isAscii(this.bytes.subarray(start, end))) {
      for (let place = 0; place < count; place += 1) texts.push(this.fieldText(record, place));
      return texts;
    }
    // Of ASCII, bytes and characters have the same offsets.
    const whole = this.bytes.toString("latin1", start, end);
    const first = this.field(record, 0);
    for (let field = first; field < first + count; field += 1) {
      const text = whole.slice(this.valueStart(field) - start, this.valueEnd(field) - start);
      texts.push(this.isEscaped(field) ? text.replaceAll('""', '"') : text);
    }
    return texts;
  }

  /** Checks a field's value as JSON without making a string of it. */
  fieldJson(field: number): JsonVerdict {
    return this.kernel.checkJson(this.valueStart(field), this.valueEnd(field), this.isQuoted(field));
  }

  /**
   * A column of timestamps, parsed for all records of the batch, see `Kernel.parseTimestamps`. Valid until the next
   * batch, and until the slot (0 or 1) is used for another column.
   */
  timestamps(place: number, slot: number): ParsedTimestamps {
    this.kernel.parseTimestamps(this.recordCount, place, slot);
    const [instants, naive] = [this.kernel.instants[slot], this.kernel.naive[slot]];
    if (instants === undefined || naive === undefined) throw new RangeError(`there is no slot ${slot}`);
    return { instants, naive };
  }

  /**
   * Sorts the records of the batch: CLASS_WHOLE where a record has `width` fields, or more that are all empty, and no
   * broken quoting; CLASS_FILLED where besides the value at `place` is not empty. Valid until the next batch.
   */
  classes(width: number, place: number): Uint8Array {
    this.kernel.classify(this.recordCount, width, place);
    return this.kernel.classes;
  }

  /**
   * Compares the values at `place` of all records with some bytes, see `Kernel.matchColumn`: one answer a record.
   */
  matches(place: number, needle: Uint8Array, mode: MatchMode): Uint8Array {
    this.kernel.matchColumn(this.recordCount, place, needle, mode);
    return this.kernel.answers.slice(0, this.recordCount);
  }

  /**
   * The first fault of each record of the batch, see `Kernel.findFaults`. The timestamps must have been parsed before.
   */
  faults(width: number, columns: CheckedColumns): Uint8Array {
    this.kernel.findFaults(this.recordCount, width, columns);
    return this.kernel.answers.slice(0, this.recordCount);
  }

  /** How many JSON cells of the batch hold NaN or Infinity; known after `faults`. */
  get pythonObjectCount(): number {
    return this.kernel.pythonObjectCount;
  }

  /**
   * What is suspicious about each record of the batch, see `Kernel.inspect`. The timestamps must have been parsed
   * before. Valid until the next batch.
   */
  inspections(places: IdColumns): Inspections {
    const uuidCount = this.kernel.inspect(this.recordCount, places);
    return { suspicions: this.kernel.inspections.subarray(0, this.recordCount), uuidCount };
  }

  /**
   * The hashes of the values at `place` of all records of the batch, two entries a record, see `Kernel.hashColumn`. Valid
   * until the next batch, and until the hashes of another place are asked for.
   */
  hashes(place: number): Uint32Array {
    this.kernel.hashColumn(this.recordCount, place);
    return this.kernel.hashes.subarray(0, this.recordCount * 2);
  }

  /**
   * Adds the ids at `place` of all records of the batch to a table, in their order, but for records without that field.
   * @param skipped per record not 0 where it is left out
   * @returns the records whose id was in the table before, or stands in the batch before them
   */
  addIds(table: IdTable, place: number, skipped?: Uint8Array): readonly RepeatedId[] {
    const hashes = this.hashes(place);
    return table.addBatch({ hashes, records: this.records, byteOffset: this.byteOffset, skipped });
  }

  /** Numbers the values at `place` of all records of the batch, see `Kernel.internColumn`. For one place only. */
  interned(place: number): Uint8Array {
    this.kernel.internColumn(this.recordCount, place);
    return this.kernel.answers.slice(0, this.recordCount);
  }

  /** The value behind a number that `interned` gave. */
  internedValue(number: number): string {
    return this.kernel.internedValue(number);
  }

  /** Records of the batch to be rendered: the first entries are to be set before `renderRows`. */
  get picks(): Uint32Array {
    return this.kernel.picks;
  }

  /** Renders picked records, see `Kernel.renderRows`; `last_activity` must have been parsed into slot 0. */
  renderRows(program: RowProgram, from: number, pickCount: number, cutoff: number): RenderedRows {
    if (this.#utf8BatchNumber !== this.batchNumber) {
      this.#isUtf8 = isUtf8(this.bytes.subarray(0, this.batchLength));
      this.#utf8BatchNumber = this.batchNumber;
    }
    return this.kernel.renderRows(program, from, pickCount, cutoff, this.#isUtf8);
  }
}

/** Rows that were rendered: their text, and the place in the picked records to go on with. */
export interface RenderedRows {
  readonly next: number;
  /** Valid until the next rows are rendered. */
  readonly bytes: Uint8Array;
}

/** Per record of a batch: microseconds since 1970 or NaN, and 1 where the text names no offset. */
export interface ParsedTimestamps {
  readonly instants: Float64Array;
  readonly naive: Uint8Array;
}

/** What is suspicious about the records of a batch. */
export interface Inspections {
  /** Per record its SUSPECT_ bits. */
  readonly suspicions: Uint8Array;
  /** How many records have a UUID for their session id. */
  readonly uuidCount: number;
}
