import { NOT_YET, RecordScanner } from "../csv/scan.js";
import { SessionsError } from "../errors.js";
import { SessionReader } from "../session/codec.js";
import { isHeaderFault, readColumns } from "../session/columns.js";
import { whyUnreadable } from "./unreadable-record.js";

/** What the records of a CSV file add up to. */
export interface CountedRecords {
  /** Without the header and blank lines; undefined where there is no header of ours, or a record is too large to read. */
  readonly rows: number | undefined;
  /** Records of which it is in doubt where they end; a last one that is cut off is among them. */
  readonly broken: number;
  /** Records that are no readable session; 0 unless they were to be read. */
  readonly unreadable: number;
  /** Its last byte ends a line. */
  readonly hasLineEnd: boolean;
}

/** Counts the records of a CSV file that comes in pieces. Memory stays at the scanner's window. */
export class RecordCount {
  readonly #scanner = new RecordScanner((target) => this.#take(target));
  #piece: Uint8Array = new Uint8Array();
  #hasEnded = false;
  #hasHeader = false;
  #isReadable = true;
  #rows = 0;
  #broken = 0;
  #unreadable = 0;
  #lastByte: number | undefined;
  #width = 0;
  /** The last record has fewer fields than the header. */
  #isLastShort = false;
  readonly #readsRecords: boolean;
  #reader: SessionReader | undefined;

  /** @param readsRecords whether each record is looked into, which takes longer */
  constructor(readsRecords = false) {
    this.#readsRecords = readsRecords;
  }

  /** The next bytes of the file, which may change when this returns. */
  push(bytes: Uint8Array): void {
    this.#piece = bytes;
    this.#lastByte = bytes.at(-1) ?? this.#lastByte;
    this.#count();
  }

  /** After the last piece. */
  end(): CountedRecords {
    this.#hasEnded = true;
    this.#count();
    const hasLineEnd = this.#lastByte === LF;
    return {
      rows: this.#isReadable && this.#hasHeader ? this.#rows : undefined,
      broken: this.#broken + (this.#isLastShort && !hasLineEnd ? 1 : 0),
      unreadable: this.#unreadable,
      hasLineEnd,
    };
  }

  #take(target: Uint8Array): number {
    const count = Math.min(target.length, this.#piece.length);
    if (count === 0) return this.#hasEnded ? 0 : NOT_YET;
    target.set(this.#piece.subarray(0, count));
    this.#piece = this.#piece.subarray(count);
    return count;
  }

  #count(): void {
    if (!this.#isReadable) return;
    const scanner = this.#scanner;
    try {
      while (scanner.nextBatch()) {
        const first = this.#afterHeader();
        this.#readRecords(first);
        for (let record = first; record < scanner.recordCount; record += 1) {
          if (scanner.isBroken(record)) this.#broken += 1;
          if (!scanner.isBlank(record)) this.#rows += 1;
        }
        const last = scanner.recordCount - 1;
        this.#isLastShort = last >= first && !scanner.isBroken(last) && scanner.fieldCount(last) < this.#width;
      }
    } catch (error) {
      if (!(error instanceof SessionsError)) throw error;
      this.#isReadable = false;
    }
  }

  #readRecords(first: number): void {
    const [scanner, reader] = [this.#scanner, this.#reader];
    if (reader === undefined) return;
    const holdsNul = scanner.bytes.subarray(0, scanner.batchLength).includes(0);
    for (let record = first; record < scanner.recordCount; record += 1) {
      const reason = whyUnreadable(scanner, reader, record, holdsNul);
      if (reason !== undefined && reason !== "blank") this.#unreadable += 1;
    }
  }

  /** The first record of the batch that is no header; learns what the header is from the first batch. */
  #afterHeader(): number {
    if (this.#hasHeader) return 0;
    const scanner = this.#scanner;
    const names = scanner.recordTexts(0, scanner.fieldCount(0));
    const columns = readColumns(names);
    this.#width = names.length;
    this.#hasHeader = !scanner.isBroken(0) && !isHeaderFault(columns);
    this.#isReadable = this.#hasHeader;
    if (this.#readsRecords && !isHeaderFault(columns)) this.#reader = new SessionReader(scanner, columns);
    return this.#hasHeader ? 1 : scanner.recordCount;
  }
}

const LF = 0x0a;
