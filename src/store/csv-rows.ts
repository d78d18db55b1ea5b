import type { RecordScanner } from "../csv/scan.js";
import { RowProgram, type RowStep } from "../kernel/row-program.js";
import { SessionsError } from "../errors.js";
import type { SessionReader } from "../session/codec.js";
import type { Columns } from "../session/columns.js";
import { expiryCutoff, type Retention } from "../session/retention.js";
import type { RowLayout, RowPart } from "./store.js";

/** Slots of timestamps, as `SessionReader` uses them. */
const SLOTS = { last_activity: 0, created_at: 1 } as const;

/**
 * Makes rows of text from records: plain ones straight from their bytes, the others by decoding them. Plain is what is
 * printable ASCII, in our own form of timestamps, and valid.
 */
export class RowRenderer {
  readonly #scanner: RecordScanner;
  readonly #reader: SessionReader;
  readonly #layout: RowLayout;
  readonly #program: RowProgram;
  readonly #cutoff: number;
  #isFirst = true;

  constructor(scanner: RecordScanner, reader: SessionReader, layout: RowLayout, retention: Retention) {
    this.#scanner = scanner;
    this.#reader = reader;
    this.#layout = layout;
    this.#program = new RowProgram(
      layout.parts.map((part) => stepFor(part, reader.columns)),
      layout.separator,
    );
    this.#cutoff = expiryCutoff(retention);
  }

  /** The rows of some records of the current batch, by their places in it, in memory of their own. */
  render(records: readonly number[]): Uint8Array {
    const pieces: Buffer[] = [];
    const [first] = records;
    if (first === undefined) return Buffer.alloc(0);
    this.#scanner.picks.set(records);
    // Parses both columns of timestamps for the batch.
    this.#reader.lastActivity(first);
    this.#reader.createdAt(first);
    for (let at = 0; at < records.length;) {
      const { next, bytes } = this.#scanner.renderRows(this.#program, at, records.length, this.#isFirst, this.#cutoff);
      if (next > at) {
        pieces.push(Buffer.from(bytes));
        this.#isFirst = false;
        at = next;
        continue;
      }
      const { separator } = this.#layout;
      const row = this.#layout.renderRow(this.#reader.session(records[at] ?? 0));
      pieces.push(Buffer.from(this.#isFirst ? row : separator + row));
      this.#isFirst = false;
      at += 1;
    }
    const [only] = pieces;
    return only !== undefined && pieces.length === 1 ? only : Buffer.concat(pieces);
  }
}

function stepFor(part: RowPart, columns: Columns): RowStep {
  switch (part.type) {
    case "literal":
    case "state":
      return part;
    case "text": {
      const column = columns.places.get(part.column);
      if (column === undefined)
        throw new SessionsError("STORE_CHANGED", { reason: `it has no column ${part.column} any more` });
      return { type: "text", column, isInJsonString: part.isInJsonString };
    }
    case "time":
      return { type: "time", column: columns.at[part.column], slot: SLOTS[part.column] };
    case "json":
      return { type: "json", column: columns.at[part.column], empty: part.empty };
  }
}
