import { NOT_YET, RecordScanner } from "../csv/scan.js";
import { SessionsError } from "../errors.js";
import { SessionReader } from "../session/codec.js";
import type { Columns } from "../session/columns.js";
import { compileSelection, type RecordPredicate, type Selection } from "../session/query.js";
import type { Retention } from "../session/retention.js";
import { PlainRows } from "./plain-rows.js";
import type { RowLayout } from "./store.js";
import { isBatchSound } from "./visit-records.js";

/** The records that begin in a part of a file, from one byte offset up to another one. */
export interface RowChunk {
  readonly from: number;
  readonly until: number;
}

/** Everything that rows depend on besides the bytes: data only, so that it can be handed to another thread. */
export interface ChunkSetup {
  readonly columns: Columns;
  readonly layout: Pick<RowLayout, "parts" | "separator">;
  readonly selection: Selection;
  readonly retention: Retention;
}

/** The rows of a chunk, each with the separator before it. */
export interface RenderedChunk {
  /** Where its first record was taken to begin. */
  readonly begin: number;
  /** Where the first record behind the last row begins: before the chunk's end where that record goes far beyond it. */
  readonly end: number;
  readonly rowCount: number;
  /** Bytes of the rows. */
  readonly byteLength: number;
}

/** How far behind its end a chunk may be looked at for the end of its last record. */
const MOST_BEHIND = 128 * 1024;
/** How much is read at once to find the first record, and behind the end for the last one. */
const NEAR_BYTES = 8 * 1024;
const LF = 0x0a;

/**
 * Makes rows from a chunk without knowing what stands before it, by taking the first line for the first record. Whether
 * that is so is for the caller to see: rows are right where the chunk before ends just where this one begins.
 * It makes plain rows only; see `PlainRows` for what that means.
 */
export class ChunkRenderer {
  readonly #readAt: (target: Uint8Array, byteOffset: number) => number;
  readonly #near = new Uint8Array(NEAR_BYTES);
  readonly #scanner: RecordScanner;
  readonly #reader: SessionReader;
  readonly #isSelected: RecordPredicate;
  readonly #plainRows: PlainRows;
  #byteOffset = 0;
  #limit = 0;

  /** @param readAt as `CsvSource.readAt` */
  constructor(readAt: (target: Uint8Array, byteOffset: number) => number, setup: ChunkSetup) {
    const { columns, layout, selection, retention } = setup;
    this.#readAt = readAt;
    this.#scanner = new RecordScanner((target) => this.#read(target));
    this.#reader = new SessionReader(this.#scanner, columns);
    this.#isSelected = compileSelection(selection, this.#reader, retention);
    this.#plainRows = new PlainRows(this.#scanner, this.#reader, layout, retention);
  }

  /**
   * Fills the start of `target` with the rows. Undefined, and what is in `target` does not count, where they do not fit, one
   * of them is not plain, or a record is not whole.
   */
  render({ from, until }: RowChunk, target: Uint8Array): RenderedChunk | undefined {
    const begin = this.#lineStart(from);
    if (begin === undefined) return undefined;
    this.#byteOffset = begin;
    this.#limit = until + MOST_BEHIND;
    this.#scanner.restart(begin, until - begin + NEAR_BYTES);
    try {
      return this.#renderFrom(begin, until, target);
    } catch (error) {
      // A record is too large, which the first line may only seem to begin.
      if (error instanceof SessionsError) return undefined;
      throw error;
    }
  }

  #renderFrom(begin: number, until: number, target: Uint8Array): RenderedChunk | undefined {
    const scanner = this.#scanner;
    let rowCount = 0;
    let byteLength = 0;
    let end = begin;
    while (end < until && scanner.nextBatch()) {
      if (!isBatchSound(scanner, this.#reader)) return undefined;
      const picks: number[] = [];
      for (let record = 0; record < scanner.recordCount && end < until; record += 1) {
        if (this.#isSelected(record)) picks.push(record);
        end = scanner.byteOffset + scanner.recordEnd(record);
      }
      const length = this.#renderBatch(picks, target.subarray(byteLength));
      if (length === undefined) return undefined;
      rowCount += picks.length;
      byteLength += length;
    }
    return { begin, end, rowCount, byteLength };
  }

  #renderBatch(picks: readonly number[], target: Uint8Array): number | undefined {
    this.#plainRows.pick(picks);
    let length = 0;
    for (let at = 0; at < picks.length;) {
      const { next, bytes } = this.#plainRows.render(at);
      if (next === at || length + bytes.length > target.length) return undefined;
      target.set(bytes, length);
      length += bytes.length;
      at = next;
    }
    return length;
  }

  /** One past the first line feed at or behind the byte before `from`. */
  #lineStart(from: number): number | undefined {
    const near = this.#near.subarray(0, this.#readAt(this.#near, from - 1));
    const at = near.indexOf(LF);
    return at === -1 ? undefined : from + at;
  }

  #read(target: Uint8Array): number {
    const room = this.#limit - this.#byteOffset;
    if (room <= 0) return NOT_YET;
    const count = this.#readAt(target.subarray(0, room), this.#byteOffset);
    this.#byteOffset += count;
    return count;
  }
}
