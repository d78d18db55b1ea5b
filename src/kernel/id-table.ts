import { instantiate, type KernelExports } from "./instance.js";
import { layOut, pagesFor, pagesOf, RECORD_CAPACITY } from "./memory-layout.js";

const SLOT_BYTES = 16;
/** The fewest slots, as a power of 2. */
const MIN_SLOT_BITS = 12;
/** The most slots that are made for a mere expectation. */
const MAX_EXPECTED_SLOT_BITS = 24;

const AT = layOut({
  hashes: RECORD_CAPACITY * 8,
  records: RECORD_CAPACITY * 8,
  skipped: RECORD_CAPACITY,
  repeated: RECORD_CAPACITY * 16,
  slots: 0,
});

/** The ids of a batch, at most RECORD_CAPACITY. */
export interface IdBatch {
  /** Per record two entries, as `Kernel.hashColumn` gives them: the low and the high half; both 0 where it has no id. */
  readonly hashes: Uint32Array;
  /** The records as in `Kernel.records`. */
  readonly records: Uint32Array;
  /** Where in the input the first record starts, in bytes. */
  readonly byteOffset: number;
  /** Per record not 0 where it is left out. */
  readonly skipped: Uint8Array | undefined;
}

/** A record whose id was in the table before it. */
export interface RepeatedId {
  /** Its place in the batch. */
  readonly record: number;
  /** What the table holds: where in the input an earlier record with this id starts. */
  readonly earlierOffset: number;
}

/**
 * Where in the input an id was seen, by the 64-bit hash of the id, which is not 0. Ids with the same hash are the same to
 * it: whoever must be certain compares the records.
 *
 * The table stands in a WebAssembly memory of its own. It is at most half full, so that an id takes 32 to 64 bytes, and half
 * as much again where it had to grow: 32 to 48 MiB for a million ids. 67 million fit.
 */
export class IdTable {
  readonly #memory: WebAssembly.Memory;
  readonly #exports: KernelExports;
  #slotBits: number;
  #size = 0;

  /** @param expectedSize how many ids there will be: a table that need not grow is faster; any other number does no harm */
  constructor(expectedSize = 0) {
    const slotBits = Math.ceil(Math.log2(Math.max(expectedSize, 1) * 2));
    this.#slotBits = Math.max(MIN_SLOT_BITS, Math.min(slotBits, MAX_EXPECTED_SLOT_BITS));
    this.#memory = new WebAssembly.Memory({ initial: pagesFor(AT.slots + 2 ** this.#slotBits * SLOT_BYTES) });
    this.#exports = instantiate(this.#memory);
  }

  /** How many different ids there are. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds an id by the halves of its hash, unless it is there.
   * @param byteOffset where its record starts in the input
   * @returns what it was added with earlier, -1 where it is new
   */
  add(low: number, high: number, byteOffset: number): number {
    this.#makeRoom(1);
    const earlierOffset = this.#exports.addId(AT.slots, this.#slotBits, low, high, byteOffset);
    if (earlierOffset === -1) this.#size += 1;
    return earlierOffset;
  }

  /** What an id was added with, -1 where it is not there. */
  find(low: number, high: number): number {
    return this.#exports.findId(AT.slots, this.#slotBits, low, high);
  }

  /** Changes what an id was added with; adds it where it is not there. */
  replace(low: number, high: number, byteOffset: number): void {
    if (this.add(low, high, byteOffset) === -1) return;
    this.#exports.replaceId(AT.slots, this.#slotBits, low, high, byteOffset);
  }

  /**
   * Adds the ids of a batch in the order of its records.
   * @returns the records whose id was there before, or stands in the batch before; the table keeps what it holds of it
   */
  addBatch({ hashes, records, byteOffset, skipped }: IdBatch): readonly RepeatedId[] {
    const count = hashes.length / 2;
    this.#makeRoom(count);
    const { buffer } = this.#memory;
    new Uint32Array(buffer, AT.hashes).set(hashes);
    new Uint32Array(buffer, AT.records).set(records.subarray(0, count * 2));
    const leftOut = new Uint8Array(buffer, AT.skipped, count);
    if (skipped === undefined) leftOut.fill(0);
    else leftOut.set(skipped.subarray(0, count));
    const repeatedCount = this.#exports.addIds(
      ...[AT.slots, this.#slotBits, count, AT.hashes, AT.records, AT.skipped, byteOffset, AT.repeated],
    );
    this.#size += this.#exports.added.value;
    const [places, offsets] = [new Uint32Array(buffer, AT.repeated), new Float64Array(buffer, AT.repeated)];
    return Array.from({ length: repeatedCount }, (_, index) => ({
      record: places[index * 4] ?? 0,
      earlierOffset: offsets[index * 2 + 1] ?? 0,
    }));
  }

  #makeRoom(count: number): void {
    while ((this.#size + count) * 2 > 2 ** this.#slotBits) {
      // While it grows, the old slots stand behind the new ones.
      const missing = pagesFor(AT.slots + 3 * 2 ** this.#slotBits * SLOT_BYTES) - pagesOf(this.#memory.buffer);
      if (missing > 0) this.#memory.grow(missing);
      this.#exports.growIds(AT.slots, this.#slotBits);
      this.#slotBits += 1;
    }
  }
}
