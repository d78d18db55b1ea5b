import { SessionsError } from "../errors.js";
import { FIELD_CAPACITY, Kernel, OFFSET_MASK, TEXT_CAPACITY_LIMIT } from "../kernel/kernel.js";

/** Fills the start of `target` with the next bytes of the input and returns how many; 0 at its end, or `NOT_YET`. */
export type ReadBytes = (target: Uint8Array) => number;

/** What `ReadBytes` returns where the next bytes have not come yet. */
export const NOT_YET = -1;

const WINDOW_BYTES = 512 * 1024;
/** What is read first after a restart, unless said otherwise. */
const RESTART_BYTES = 8 * 1024;
const BOM = [0xef, 0xbb, 0xbf] as const;

/**
 * A window that moves over one input: it reads, lets the kernel find the records of a batch, and drops them when the next
 * batch is asked for.
 */
export class RecordWindow {
  readonly #read: ReadBytes;
  readonly #windowBytes: number;
  /** How far the window is filled before it is looked at: less than its size after a restart, more for a long record. */
  #fillLimit: number;
  #fill = 0;
  #consumed = 0;
  #atEnd = false;
  #started = false;
  /** The last `nextBatch` ended with NOT_YET. */
  #isWaiting = false;
  protected readonly kernel: Kernel;
  /** The tables of `kernel`; replaced when the window grows. */
  protected records: Uint32Array;
  protected fields: Uint32Array;

  /** The window; the batch's records lie in [0, batchLength). */
  bytes: Buffer;
  /** Offset in the input of the first byte of the window. */
  byteOffset = 0;
  /** Bytes of the batch: those of its records. */
  batchLength = 0;
  /** Counts the batches, from 1; what was derived from another batch is stale. */
  batchNumber = 0;
  /** Records in the batch. */
  recordCount = 0;
  /** The input starts with the UTF-8 byte order mark, which belongs to no record. Known after the first `nextBatch`. */
  hasBom = false;

  constructor(read: ReadBytes, windowBytes = WINDOW_BYTES) {
    this.#read = read;
    this.#windowBytes = this.#fillLimit = windowBytes;
    this.kernel = new Kernel(windowBytes);
    this.bytes = this.kernel.text;
    this.records = this.kernel.records;
    this.fields = this.kernel.fields;
  }

  /**
   * Moves to the next records.
   * @returns false at the end of the input, and where its next bytes have not come yet: then ask again when they have
   * @throws SessionsError STORE_DAMAGED where one record is longer than 256 MiB or has more than 131,072 fields
   */
  nextBatch(): boolean {
    // What is there was looked at before it was waited for more.
    if ((!this.#started || this.#isWaiting) && !this.#readMore()) return false;
    if (!this.#started) this.#skipBom();
    this.#dropBatch();
    while (true) {
      const recordCount = this.kernel.scan(this.#fill, this.#atEnd);
      if (recordCount > 0) {
        this.recordCount = recordCount;
        this.batchLength = this.#consumed = this.kernel.consumed;
        this.batchNumber += 1;
        this.#fillLimit = Math.min(this.#fillLimit * 2, this.#windowBytes);
        return true;
      }
      if (this.kernel.isTooWide) throw this.#tooLarge(`has more than ${FIELD_CAPACITY} fields`);
      if (this.#atEnd) return false;
      if (!this.#readMore()) return false;
    }
  }

  /**
   * Begins anew where `ReadBytes` will read next, as if the input began there; also after the end of the input or a
   * failure of `nextBatch`. A byte order mark there is part of a record. There is no batch until the next `nextBatch`.
   * Cheap: at first little is read ahead, then twice as much with each batch up to the window's size.
   *
   * @param byteOffset where in the input that is
   * @param firstBytes how much is read at first
   */
  restart(byteOffset: number, firstBytes = RESTART_BYTES): void {
    this.byteOffset = byteOffset;
    this.#started = true;
    this.#isWaiting = false;
    this.#atEnd = false;
    this.#fill = this.#consumed = 0;
    this.#fillLimit = Math.min(firstBytes, this.#windowBytes);
    this.recordCount = 0;
    this.batchLength = 0;
  }

  /** Offset in the window of a record's first byte. */
  recordStart(record: number): number {
    return record === 0 ? 0 : this.recordEnd(record - 1);
  }

  /** Offset in the window of one past a record's last byte, its line break included. */
  recordEnd(record: number): number {
    return (this.records[record * 2 + 1] ?? 0) & OFFSET_MASK;
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
    this.hasBom = this.#fill >= BOM.length && BOM.every((byte, index) => this.bytes[index] === byte);
    if (this.hasBom) this.#consumed = BOM.length;
  }

  /** @returns false where the bytes have not all come yet */
  #readMore(): boolean {
    this.#isWaiting = false;
    if (this.#fill >= this.#fillLimit) {
      // What is there is the beginning of one record.
      this.#fillLimit = Math.min(this.#fill * 2, TEXT_CAPACITY_LIMIT);
      if (this.#fillLimit === this.#fill) throw this.#tooLarge("is longer than 256 MiB");
      if (this.#fillLimit > this.kernel.textCapacity) this.#grow(this.#fillLimit);
    }
    // Filled up before the next look at it: many short reads must not mean many looks at one long record.
    while (this.#fill < this.#fillLimit && !this.#atEnd) {
      const count = this.#read(this.bytes.subarray(this.#fill, this.#fillLimit));
      if (count === NOT_YET) {
        this.#isWaiting = true;
        return false;
      }
      if (count === 0) this.#atEnd = true;
      this.#fill += count;
    }
    return true;
  }

  #grow(textCapacity: number): void {
    this.kernel.growText(textCapacity);
    this.bytes = this.kernel.text;
    this.records = this.kernel.records;
    this.fields = this.kernel.fields;
  }

  #tooLarge(what: string): SessionsError {
    return new SessionsError("STORE_DAMAGED", {
      reason: `one record ${what}`,
      findings: [{ byteOffset: this.byteOffset, message: `the record that starts here ${what}` }],
      findingCount: 1,
    });
  }
}
