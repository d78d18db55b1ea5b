import { availableParallelism } from "node:os";
import type { SessionReader } from "../session/codec.js";
import { compileSelection, type RecordPredicate } from "../session/query.js";
import type { Retention } from "../session/retention.js";
import { openCsv, type CsvInput, type CsvSource, type OpenedCsv } from "./csv-source.js";
import type { FaultLog } from "./fault-log.js";
import { PlainRows } from "./plain-rows.js";
import { ChunkRenderer, type ChunkSetup, type RowChunk } from "./row-chunk.js";
import type { RowHelper } from "./row-thread.js";
import type { ReadRequest, RowLayout, RowPage } from "./store.js";
import { pickRecords } from "./visit-records.js";

/** When another thread makes a part of the rows, and how. */
export interface Chunking {
  /** From this size of a file on. */
  readonly largeBytes: number;
  readonly chunkBytes: number;
  /** The descriptor stays open until the helper has ended. */
  readonly beginHelper: (fd: number, byteLength: number, setup: ChunkSetup) => Promise<RowHelper>;
}

/** From 16 MiB on it pays to begin a thread. A chunk is read at once, with what its last record has beyond it. */
const CHUNKING: Chunking = {
  largeBytes: 16 * 1024 * 1024,
  chunkBytes: 480 * 1024,
  beginHelper: async (fd, byteLength, setup) => {
    const { RowThread } = await import("./row-thread.js");
    return new RowThread(fd, byteLength, setup);
  },
};

/** What rows are made from, and how. */
export interface CsvRowsRequest extends ReadRequest {
  readonly source: CsvSource;
  readonly input: CsvInput;
  readonly layout: RowLayout;
  /** Gets the records that are not whole. */
  readonly log: FaultLog;
  /** Is told how many rows come next. */
  readonly onRows: (count: number) => void;
  readonly chunking?: Chunking;
}

/** Rows of text from the records of one source, in pieces; each stays as it is until two others have been asked for. */
export class CsvRows {
  readonly #request: CsvRowsRequest;
  readonly #opened: OpenedCsv;
  readonly #renderer: RowRenderer;
  readonly #isSelected: RecordPredicate;
  #byteOffset = 0;

  constructor(request: CsvRowsRequest) {
    const { source, input, layout, selection, retention } = request;
    this.#request = request;
    this.#opened = openCsv((target) => {
      const count = source.readAt(target, this.#byteOffset);
      this.#byteOffset += count;
      input.onRead?.(this.#byteOffset, source.byteLength);
      return count;
    }, input);
    this.#isSelected = compileSelection(selection, this.#opened.reader, retention);
    this.#renderer = new RowRenderer(this.#opened, layout, retention);
  }

  /** The rows of a page. To be asked for once. */
  async *pieces(page: RowPage): AsyncGenerator<Uint8Array> {
    const { source, layout, chunking = CHUNKING } = this.#request;
    const isWhole = page.offset === 0 && page.limit === Infinity;
    const isLarge = source.byteLength >= chunking.largeBytes && availableParallelism() > 1;
    const separated =
      isWhole && isLarge && source.fd !== undefined ? this.#inChunks(source.fd, chunking) : this.#inOrder(page);
    let isFirst = true;
    for await (const piece of separated) {
      yield isFirst ? piece.subarray(Buffer.byteLength(layout.separator)) : piece;
      isFirst = false;
    }
  }

  *#inOrder({ offset, limit }: RowPage): Generator<Uint8Array> {
    let firstRecord = 1;
    let place = 0;
    do {
      const records = pickRecords(this.#opened, firstRecord, this.#isSelected, this.#request.log);
      firstRecord = 0;
      const page = records.slice(Math.max(0, offset - place), Math.max(0, offset + limit - place));
      place += records.length;
      this.#request.onRows(page.length);
      if (page.length > 0) yield this.#renderer.render(page);
    } while (place < offset + limit && this.#opened.nextBatch());
  }

  async *#inChunks(fd: number, { chunkBytes, beginHelper }: Chunking): AsyncGenerator<Uint8Array> {
    const { source, input, layout, selection, retention, onRows } = this.#request;
    const { scanner, reader } = this.#opened;
    const { parts, separator } = layout;
    const setup = { columns: reader.columns, layout: { parts, separator }, selection, retention };
    const { rowsOfChunks } = await import("./row-chunks.js");
    const here = chunkRenderer(source, setup);
    if (here === undefined) {
      yield* this.#inOrder({ offset: 0, limit: Infinity });
      return;
    }
    await using helper = await beginHelper(fd, source.byteLength, setup);
    yield* rowsOfChunks({
      begin: scanner.byteOffset + scanner.recordEnd(0),
      byteLength: source.byteLength,
      chunkBytes,
      helper,
      here,
      renderExactly: (chunk) => this.#exactly(chunk),
      onChunk: (rowCount, end) => {
        onRows(rowCount);
        input.onRead?.(end, source.byteLength);
      },
    });
  }

  /** The rows of the records that begin in a chunk, the first of them at its start. @returns where the last one ends */
  *#exactly({ from, until }: RowChunk): Generator<Uint8Array, number> {
    const { scanner } = this.#opened;
    this.#byteOffset = from;
    scanner.restart(from, until - from);
    let end = from;
    while (end < until && this.#opened.nextBatch()) {
      let count = scanner.recordCount;
      while (scanner.byteOffset + scanner.recordStart(count - 1) >= until) count -= 1;
      const records = pickRecords(this.#opened, 0, this.#isSelected, this.#request.log, count);
      this.#request.onRows(records.length);
      if (records.length > 0) yield this.#renderer.render(records);
      end = scanner.byteOffset + scanner.recordEnd(count - 1);
    }
    return end;
  }
}

/** @returns undefined where there is no memory for another window */
function chunkRenderer(source: CsvSource, setup: ChunkSetup): ChunkRenderer | undefined {
  try {
    return new ChunkRenderer((target, byteOffset) => source.readAt(target, byteOffset), setup);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** Makes rows of text from records: plain ones straight from their bytes, the others by decoding them. */
class RowRenderer {
  readonly #reader: SessionReader;
  readonly #layout: RowLayout;
  readonly #plainRows: PlainRows;

  constructor({ scanner, reader }: OpenedCsv, layout: RowLayout, retention: Retention) {
    this.#reader = reader;
    this.#layout = layout;
    this.#plainRows = new PlainRows(scanner, reader, layout, retention);
  }

  /** The rows of some records of the current batch, by their places in it, a separator before each, in memory of their own. */
  render(records: readonly number[]): Uint8Array {
    const pieces: Buffer[] = [];
    this.#plainRows.pick(records);
    for (let at = 0; at < records.length;) {
      const { next, bytes } = this.#plainRows.render(at);
      if (next > at) {
        pieces.push(Buffer.from(bytes));
        at = next;
        continue;
      }
      pieces.push(Buffer.from(this.#layout.separator + this.#layout.renderRow(this.#reader.session(records[at] ?? 0))));
      at += 1;
    }
    const [only] = pieces;
    return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
  }
}
