import type { RecordScanner } from "../csv/scan.js";
import type { SessionReader } from "../session/codec.js";
import type { NaiveOffset } from "../session/timestamp.js";
import { openCsv, type OpenedCsv } from "../store/csv-source.js";
import { changedMeanwhile, inputOf, type Version } from "./version.js";

/** Records this far ahead are reached by reading on; for others the reading begins anew. */
const NEAR_BYTES = 1024 * 1024;

/**
 * Reads single records of a version by the offset at which they start. Going through a file in its order costs one reading
 * of it, each jump some kilobytes.
 */
export class RecordCursor {
  readonly #version: Version;
  readonly #opened: OpenedCsv;
  #readAt = 0;

  /** @throws SessionsError STORE_DAMAGED where the version has no header of ours */
  constructor(version: Version, naiveOffset: NaiveOffset) {
    this.#version = version;
    this.#opened = openCsv(
      (target) => {
        const count = version.source.readAt(target, this.#readAt);
        this.#readAt += count;
        return count;
      },
      inputOf(version, naiveOffset),
    );
  }

  get scanner(): RecordScanner {
    return this.#opened.scanner;
  }

  get reader(): SessionReader {
    return this.#opened.reader;
  }

  /**
   * Moves to the record that starts at an offset.
   * @returns its place in the scanner's batch, valid until the next call
   * @throws SessionsError STORE_CHANGED where no record starts there any more
   */
  moveTo(byteOffset: number): number {
    const { scanner } = this;
    if (byteOffset < scanner.byteOffset || byteOffset > scanner.byteOffset + scanner.batchLength + NEAR_BYTES) {
      this.#readAt = byteOffset;
      scanner.restart(byteOffset);
    }
    while (byteOffset >= scanner.byteOffset + scanner.batchLength) {
      if (!this.#opened.nextBatch()) throw changedMeanwhile(this.#version);
    }
    return this.#recordAt(byteOffset - scanner.byteOffset);
  }

  #recordAt(start: number): number {
    const { scanner } = this;
    let [low, high] = [0, scanner.recordCount - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (scanner.recordStart(middle) <= start) low = middle;
      else high = middle - 1;
    }
    if (scanner.recordStart(low) !== start) throw changedMeanwhile(this.#version);
    return low;
  }
}
