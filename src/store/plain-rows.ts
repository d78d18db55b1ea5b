import type { RecordScanner, RenderedRows } from "../csv/scan.js";
import type { RowProgram } from "../kernel/row-program.js";
import type { SessionReader } from "../session/codec.js";
import { expiryCutoff, type Retention } from "../session/retention.js";
import { rowProgram } from "./row-steps.js";
import type { RowLayout } from "./store.js";

/** Makes rows of text straight from the bytes of plain records: printable, in our own form of timestamps, and valid. */
export class PlainRows {
  readonly #scanner: RecordScanner;
  readonly #reader: SessionReader;
  readonly #program: RowProgram;
  readonly #cutoff: number;
  #count = 0;

  /** @throws SessionsError STORE_CHANGED where a column of the layout is not there */
  constructor(
    scanner: RecordScanner,
    reader: SessionReader,
    layout: Pick<RowLayout, "parts" | "separator">,
    retention: Retention,
  ) {
    this.#scanner = scanner;
    this.#reader = reader;
    this.#program = rowProgram(layout, reader.columns);
    this.#cutoff = expiryCutoff(retention);
  }

  /** Takes some records of the current batch, by their places in it. */
  pick(records: readonly number[]): void {
    this.#count = records.length;
    const [first] = records;
    if (first === undefined) return;
    this.#scanner.picks.set(records);
    // Parses both columns of timestamps for the batch.
    this.#reader.lastActivity(first);
    this.#reader.createdAt(first);
  }

  /**
   * Rows from one of the picked records on, as many as are plain and have room, a separator before each.
   * @param at its place among the picked ones; `next` is the same where it is not plain itself
   */
  render(at: number): RenderedRows {
    return this.#scanner.renderRows(this.#program, at, this.#count, this.#cutoff);
  }
}
