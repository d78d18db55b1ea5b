// Law 1: parse, then print, is the identity, for every input. The batches of a scan, put one behind the other after the
// byte order mark, are the file.
import { SessionsError } from "../errors.js";
import {
  FIELD_CAPACITY,
  FIELD_ESCAPED,
  FIELD_QUOTED,
  Kernel,
  OFFSET_MASK,
  RECORD_BROKEN_QUOTE,
  RECORD_UNCLOSED,
  TEXT_CAPACITY_LIMIT,
  type JsonVerdict,
} from "./kernel/kernel.js";

/** Fills the start of `target` with the next bytes of the input and returns how many; 0 at its end. */
export type ReadBytes = (target: Uint8Array) => number;

const WINDOW_BYTES = 512 * 1024;
const BOM = [0xef, 0xbb, 0xbf] as const;

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
export class RecordScanner {
  readonly #read: ReadBytes;
  readonly #kernel: Kernel;
  #fill = 0;
  #consumed = 0;
  #atEnd = false;
  #started = false;
  #records: Uint32Array;
  #fields: Uint32Array;

  /** The window; the batch's records lie in [0, batchLength). */
  bytes: Buffer;
  /** Offset in the input of the first byte of the window. */
  byteOffset = 0;
  /** Bytes of the batch: those of its records. */
  batchLength = 0;
  /** Records in the batch. */
  recordCount = 0;
  /** The input starts with the UTF-8 byte order mark, which belongs to no record. Known after the first `nextBatch`. */
  hasBom = false;

  constructor(read: ReadBytes, windowBytes = WINDOW_BYTES) {
    this.#read = read;
    this.#kernel = new Kernel(windowBytes);
    this.bytes = asBuffer(this.#kernel.text);
    this.#records = this.#kernel.records;
    this.#fields = this.#kernel.fields;
  }

  /**
   * Moves to the next records.
   * @returns false at the end of the input
   * @throws SessionsError STORE_DAMAGED where one record is longer than 256 MiB or has more than 262,144 fields
   */
  nextBatch(): boolean {
    if (!this.#started) this.#skipBom();
    this.#dropBatch();
    while (true) {
      const { recordCount, byteLength } = this.#kernel.scan(this.#fill, this.#atEnd);
      if (recordCount > 0) {
        this.recordCount = recordCount;
        this.batchLength = byteLength;
        this.#consumed = byteLength;
        return true;
      }
      if (this.#atEnd) {
        if (this.#fill === 0) return false;
        throw this.#tooLarge(`has more than ${FIELD_CAPACITY} fields`);
      }
      this.#readMore();
    }
  }

  /** Offset in the window of a record's first byte. */
  recordStart(record: number): number {
    return record === 0 ? 0 : this.recordEnd(record - 1);
  }

  /** Offset in the window of one past a record's last byte, its line break included. */
  recordEnd(record: number): number {
    return (this.#records[record * 2 + 1] ?? 0) & OFFSET_MASK;
  }

  /** RECORD_ flags of a record, 0 for one that RFC 4180 knows. */
  recordFlags(record: number): number {
    return (this.#records[record * 2 + 1] ?? 0) & ~OFFSET_MASK;
  }

  /** A closing quote is missing, or text follows one: where the fields, and the record, end is in doubt. */
  isBroken(record: number): boolean {
    return ((this.#records[record * 2 + 1] ?? 0) & (RECORD_BROKEN_QUOTE | RECORD_UNCLOSED)) !== 0;
  }

  /** How many fields a record has; a blank line has one empty field. */
  fieldCount(record: number): number {
    return (this.#records[record * 2] ?? 0) - this.firstField(record);
  }

  /** Index of a record's first field in the batch; the span methods take such an index plus the field's place. */
  firstField(record: number): number {
    return record === 0 ? 0 : (this.#records[record * 2 - 2] ?? 0);
  }

  /** A blank line: no bytes before the line break. */
  isBlank(record: number): boolean {
    return this.fieldCount(record) === 1 && this.fieldEnd(this.firstField(record)) === this.recordStart(record);
  }

  /** Offset in the window of one past a field's last byte, a closing quote included. */
  fieldEnd(field: number): number {
    return (this.#fields[field] ?? 0) & OFFSET_MASK;
  }

  /** Offset in the window of a field's first byte, an opening quote included. */
  fieldStart(record: number, field: number): number {
    return field === this.firstField(record) ? this.recordStart(record) : this.fieldEnd(field - 1) + 1;
  }

  /** The field starts with a quote. */
  isQuoted(field: number): boolean {
    return ((this.#fields[field] ?? 0) & FIELD_QUOTED) !== 0;
  }

  /** The field is quoted and holds doubled quotes. */
  isEscaped(field: number): boolean {
    return ((this.#fields[field] ?? 0) & FIELD_ESCAPED) !== 0;
  }

  /** The field's value as text: without its quotes, doubled quotes made single, bad UTF-8 as U+FFFD. */
  fieldText(record: number, field: number): string {
    const start = this.fieldStart(record, field);
    const end = this.fieldEnd(field);
    if (!this.isQuoted(field)) return this.bytes.toString("utf8", start, end);
    if (!this.isBroken(record)) {
      const inner = this.bytes.toString("utf8", start + 1, end - 1);
      return this.isEscaped(field) ? inner.replaceAll('""', '"') : inner;
    }
    return brokenFieldText(this.bytes.toString("utf8", start, end));
  }

  /** Checks a field's value as JSON without making a string of it. The record must not be broken. */
  fieldJson(record: number, field: number): JsonVerdict {
    const quotes = this.isQuoted(field) ? 1 : 0;
    const start = this.fieldStart(record, field) + quotes;
    return this.#kernel.checkJson(start, this.fieldEnd(field) - quotes, quotes === 1);
  }

  #dropBatch(): void {
    if (this.#consumed === 0) return;
    this.bytes.copyWithin(0, this.#consumed, this.#fill);
    this.#fill -= this.#consumed;
    this.byteOffset += this.#consumed;
    this.#consumed = 0;
    this.recordCount = 0;
    this.batchLength = 0;
  }

  #skipBom(): void {
    this.#started = true;
    while (this.#fill < BOM.length && !this.#atEnd) this.#readMore();
    this.hasBom = this.#fill >= BOM.length && BOM.every((byte, index) => this.bytes[index] === byte);
    if (this.hasBom) this.#consumed = BOM.length;
  }

  #readMore(): void {
    if (this.#fill === this.#kernel.textCapacity) {
      const capacity = Math.min(this.#kernel.textCapacity * 2, TEXT_CAPACITY_LIMIT);
      if (capacity === this.#fill) throw this.#tooLarge("is longer than 256 MiB");
      this.#kernel.growText(capacity);
      this.bytes = asBuffer(this.#kernel.text);
      this.#records = this.#kernel.records;
      this.#fields = this.#kernel.fields;
    }
    const count = this.#read(this.bytes.subarray(this.#fill));
    if (count === 0) this.#atEnd = true;
    this.#fill += count;
  }

  #tooLarge(what: string): SessionsError {
    return new SessionsError("STORE_DAMAGED", {
      reason: `one record ${what}`,
      findings: [{ byteOffset: this.byteOffset, message: `the record that starts here ${what}` }],
      findingCount: 1,
    });
  }
}

/** A quoted field that text follows, as Python's csv module reads it: quotes are removed once, the rest is text. */
function brokenFieldText(raw: string): string {
  let text = "";
  let at = 1;
  while (at < raw.length) {
    const quote = raw.indexOf('"', at);
    if (quote === -1) return text + raw.slice(at);
    text += raw.slice(at, quote);
    if (raw[quote + 1] !== '"') return text + raw.slice(quote + 1);
    text += '"';
    at = quote + 2;
  }
  return text;
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
