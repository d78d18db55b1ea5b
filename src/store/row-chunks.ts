import type { ChunkRenderer, RowChunk } from "./row-chunk.js";
import type { RowHelper, RowPiece } from "./row-thread.js";

/** Memory for the rows of one chunk; only what they take of it is ever touched. */
const ROWS_BYTES = 2 * 1024 * 1024;
/** How many chunks the helper is given before it has answered. */
const TASKS_AHEAD = 3;
/** How many chunks are made here before it is their turn. */
const HELD_HERE = 2;

export interface ChunkedRows {
  /** Where the first record begins. */
  readonly begin: number;
  /** Of the file. */
  readonly byteLength: number;
  /** Of each chunk. */
  readonly chunkBytes: number;
  readonly helper: RowHelper;
  /** Makes rows here. */
  readonly here: ChunkRenderer;
  /** Makes the rows of a chunk that is known to begin with a record, whatever they are, and returns where its last record ends. */
  readonly renderExactly: (chunk: RowChunk) => Generator<Uint8Array, number>;
  /** Is told how many rows a chunk has, and where it ends, before it is given out. */
  readonly onChunk: (rowCount: number, end: number) => void;
}

/**
 * The rows of all records from `begin` on, made here and elsewhere, in the file's order. Every chunk but the first is rendered
 * from where a record seems to begin; its rows count only where the chunk before it was seen to end just there. All others are made anew from there.
 * @returns pieces, each with a separator before every row; it stays as it is until two others have been asked for
 */
export async function* rowsOfChunks({
  begin,
  byteLength,
  chunkBytes,
  helper,
  ...rows
}: ChunkedRows): AsyncGenerator<Uint8Array> {
  const count = Math.ceil((byteLength - begin) / chunkBytes);
  const chunkAt = (number: number): RowChunk => {
    const from = begin + number * chunkBytes;
    return { from, until: number + 1 === count ? Infinity : from + chunkBytes };
  };
  const buffers: ArrayBuffer[] = [];
  const takeBuffer = (): ArrayBuffer => buffers.pop() ?? new ArrayBuffer(ROWS_BYTES);
  const given: ArrayBuffer[] = [];
  const pieces = new Map<number, RowPiece | undefined>();
  const asked = new Map<number, Promise<void>>();
  let next = 0;
  let border = begin;

  for (let number = 0; number < count; number += 1) {
    while (!pieces.has(number)) {
      while (helper.isReady && helper.taskCount < TASKS_AHEAD && next < count) {
        const task = next++;
        const keep = (piece: RowPiece | undefined): void => {
          asked.delete(task);
          pieces.set(task, piece);
        };
        asked.set(task, helper.render(chunkAt(task), takeBuffer()).then(keep));
      }
      if (next < count && pieces.size < HELD_HERE) {
        const task = next++;
        const buffer = takeBuffer();
        pieces.set(task, { rendered: rows.here.render(chunkAt(task), new Uint8Array(buffer)), buffer });
        // The helper's answers come in.
        await new Promise(setImmediate);
      } else {
        await asked.get(number);
      }
    }
    const piece = pieces.get(number);
    pieces.delete(number);
    if (piece?.rendered?.begin === border) {
      const { rendered, buffer } = piece;
      border = rendered.end;
      rows.onChunk(rendered.rowCount, border);
      if (rendered.byteLength === 0) {
        // Nobody is given it, so that it is no sign that a piece before it is not used any more.
        buffers.push(buffer);
        continue;
      }
      yield new Uint8Array(buffer, 0, rendered.byteLength);
      given.push(buffer);
      if (given.length > 2) buffers.push(...given.splice(0, 1));
    } else {
      if (piece !== undefined) buffers.push(piece.buffer);
      border = yield* rows.renderExactly({ from: border, until: chunkAt(number).until });
    }
  }
}
