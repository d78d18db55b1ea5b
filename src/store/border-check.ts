import { isUtf8 } from "node:buffer";
import type { ReadBytes, RecordScanner } from "../csv/scan.js";
import { SessionsError } from "../errors.js";
import { RECORD_BARE_CR } from "../kernel/kernel.js";
import { FaultLog } from "./fault-log.js";
import type { Faults } from "./store.js";

/** Looks for what puts the borders of records in doubt: where they are, nothing may be written. */
export class BorderCheck {
  readonly #scanner: RecordScanner;
  readonly #faults = new FaultLog();

  constructor(scanner: RecordScanner) {
    this.#scanner = scanner;
  }

  /** Looks at the scanner's current batch. */
  checkBatch(): void {
    const { bytes, batchLength, recordCount } = this.#scanner;
    const batch = bytes.subarray(0, batchLength);
    const areBytesSound = !batch.includes(0) && isUtf8(batch);
    for (let record = 0; record < recordCount; record += 1) {
      if (!areBytesSound) this.#checkBytes(record);
      this.#checkForm(record);
    }
  }

  /** Looks at one record of the scanner's current batch. */
  checkRecord(record: number): void {
    this.#checkBytes(record);
    this.#checkForm(record);
  }

  /** @throws SessionsError STORE_DAMAGED where anything was found */
  require(location: string, readFromStart: () => ReadBytes): void {
    const { count, findings } = this.faults(readFromStart);
    if (count === 0) return;
    throw new SessionsError("STORE_DAMAGED", {
      path: location,
      reason: "where its records begin and end is in doubt",
      findings,
      findingCount: count,
    });
  }

  /** What was found. */
  faults(readFromStart: () => ReadBytes): Faults {
    return this.#faults.faults(readFromStart);
  }

  /** NUL bytes and broken encoding, which no writer of this file makes: where one is, nothing near it can be trusted. */
  #checkBytes(record: number): void {
    const scanner = this.#scanner;
    const bytes = scanner.bytes.subarray(scanner.recordStart(record), scanner.recordEnd(record));
    if (bytes.includes(0)) this.#add(record, bytes.indexOf(0), "NUL bytes");
    else if (!isUtf8(bytes)) this.#add(record, 0, "bytes that are not UTF-8");
  }

  #checkForm(record: number): void {
    const scanner = this.#scanner;
    if (scanner.recordFlags(record) === 0) return;
    if (scanner.isBroken(record)) {
      this.#add(record, 0, "a quoted field is not closed, or text follows its closing quote");
    }
    // It ends a record for some readers and not for others.
    if ((scanner.recordFlags(record) & RECORD_BARE_CR) !== 0) {
      this.#add(record, 0, "a carriage return without a line feed stands outside quotes");
    }
  }

  #add(record: number, byteInRecord: number, message: string): void {
    this.#faults.add(this.#scanner.byteOffset + this.#scanner.recordStart(record) + byteInRecord, () => message);
  }
}
