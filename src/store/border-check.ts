import { isUtf8 } from "node:buffer";
import type { ReadBytes, RecordScanner } from "../csv/scan.js";
import { SessionsError } from "../errors.js";
import { RECORD_BARE_CR } from "../kernel/kernel.js";
import { FaultLog } from "./fault-log.js";

/** Looks for what puts the borders of records in doubt: where they are, nothing may be written. */
export class BorderCheck {
  readonly #scanner: RecordScanner;
  readonly #faults = new FaultLog();

  constructor(scanner: RecordScanner) {
    this.#scanner = scanner;
  }

  /** Looks at the scanner's current batch. */
  checkBatch(): void {
    this.#checkBytes();
    const scanner = this.#scanner;
    for (let record = 0; record < scanner.recordCount; record += 1) {
      if (scanner.recordFlags(record) === 0) continue;
      if (scanner.isBroken(record)) {
        this.#add(record, 0, "a quoted field is not closed, or text follows its closing quote");
      }
      // It ends a record for some readers and not for others.
      if ((scanner.recordFlags(record) & RECORD_BARE_CR) !== 0) {
        this.#add(record, 0, "a carriage return without a line feed stands outside quotes");
      }
    }
  }

  /** @throws SessionsError STORE_DAMAGED where anything was found */
  require(location: string, readFromStart: () => ReadBytes): void {
    if (this.#faults.count === 0) return;
    const { count, findings } = this.#faults.faults(readFromStart);
    throw new SessionsError("STORE_DAMAGED", {
      path: location,
      reason: "where its records begin and end is in doubt",
      findings,
      findingCount: count,
    });
  }

  /** NUL bytes and broken encoding, which no writer of this file makes: where one is, nothing near it can be trusted. */
  #checkBytes(): void {
    const { bytes, batchLength, recordCount } = this.#scanner;
    const batch = bytes.subarray(0, batchLength);
    if (!batch.includes(0) && isUtf8(batch)) return;
    for (let record = 0; record < recordCount; record += 1) {
      const recordBytes = bytes.subarray(this.#scanner.recordStart(record), this.#scanner.recordEnd(record));
      if (recordBytes.includes(0)) this.#add(record, recordBytes.indexOf(0), "NUL bytes");
      else if (!isUtf8(recordBytes)) this.#add(record, 0, "bytes that are not UTF-8");
    }
  }

  #add(record: number, byteInRecord: number, message: string): void {
    this.#faults.add(this.#scanner.byteOffset + this.#scanner.recordStart(record) + byteInRecord, () => message);
  }
}
