import { KERNEL_BASE64 } from "./binary.generated.js";

/** Bits of a field or record entry that hold its end offset; the bits above are flags. */
export const OFFSET_MASK = (1 << 28) - 1;

/** The field starts with a quote. */
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

/** How a JSON cell was judged. A Python object holds NaN or Infinity, which Python writes and RFC 8259 forbids. */
export type JsonVerdict = "invalid" | "object" | "other" | "python-object";
const JSON_VERDICTS: readonly JsonVerdict[] = ["invalid", "object", "other", "python-object"];

interface KernelExports {
  readonly consumed: WebAssembly.Global;
  readonly records: WebAssembly.Global;
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
}

const PAGE_BYTES = 65_536;
/** SIMD loads may read this far past the end of the text. */
const SLACK_BYTES = 64;
const STACK_BYTES = 1024;
/** Fields and records that one call of `scan` can hold; a record with more fields than that is refused. */
export const FIELD_CAPACITY = 262_144;
const RECORD_CAPACITY = 32_768;
/** The longest text, and so the longest record, that can be scanned: offsets have 28 bits. */
export const TEXT_CAPACITY_LIMIT = OFFSET_MASK + 1 - SLACK_BYTES;

const RECORDS_AT = STACK_BYTES;
const FIELDS_AT = RECORDS_AT + RECORD_CAPACITY * 8;
const TEXT_AT = FIELDS_AT + FIELD_CAPACITY * 4;

let compiled: WebAssembly.Module | undefined;

/**
 * The WebAssembly scanner with its own memory: a text region that the caller fills, and the tables that `scan` writes.
 * Memory is laid out as stack, record table, field table, text; the text comes last so that it can grow.
 */
export class Kernel {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: KernelExports;
  #textCapacity: number;

  /** The text region, `textCapacity` bytes long. Stale after `growText`. */
  text: Uint8Array;
  /** Per field its end offset in the text and FIELD_ flags. Stale after `growText`. */
  fields: Uint32Array;
  /** Per record two entries: one past the index of its last field; its end offset, line break included, and RECORD_ flags. */
  records: Uint32Array;

  constructor(textCapacity: number) {
    compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_BASE64, "base64"));
    this.#textCapacity = textCapacity;
    this.#memory = new WebAssembly.Memory({ initial: pagesFor(textCapacity) });
    const instance = new WebAssembly.Instance(compiled, { env: { memory: this.#memory } });
    this.#exports = instance.exports as unknown as KernelExports;
    [this.text, this.fields, this.records] = this.#views();
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
    [this.text, this.fields, this.records] = this.#views();
  }

  /**
   * Splits text[0, length) into records and fills the tables.
   * @param isFinal the text ends where the file ends, so the last record needs no line break
   * @returns how many records are complete, and the bytes that they take
   */
  scan(length: number, isFinal: boolean): { recordCount: number; byteLength: number } {
    const { scan, records, consumed } = this.#exports;
    scan(TEXT_AT, length, isFinal, FIELDS_AT, FIELD_CAPACITY, RECORDS_AT, RECORD_CAPACITY);
    return { recordCount: records.value, byteLength: consumed.value };
  }

  /**
   * Checks text[start, end) as JSON.
   * @param hasDoubledQuotes the text stands inside a quoted CSV field, every quote doubled
   */
  checkJson(start: number, end: number, hasDoubledQuotes: boolean): JsonVerdict {
    const verdict = this.#exports.checkJson(TEXT_AT + start, TEXT_AT + end, hasDoubledQuotes ? 2 : 1, 0);
    return JSON_VERDICTS[verdict] ?? "invalid";
  }

  #views(): [Uint8Array, Uint32Array, Uint32Array] {
    const { buffer } = this.#memory;
    return [
      new Uint8Array(buffer, TEXT_AT, this.#textCapacity),
      new Uint32Array(buffer, FIELDS_AT, FIELD_CAPACITY),
      new Uint32Array(buffer, RECORDS_AT, RECORD_CAPACITY * 2),
    ];
  }
}

function pagesFor(textCapacity: number): number {
  return Math.ceil((TEXT_AT + textCapacity + SLACK_BYTES) / PAGE_BYTES);
}
