import { createHash } from "node:crypto";
import type { RecordScanner } from "../csv/scan.js";
import { IdTable } from "../kernel/id-table.js";
import type { SessionReader } from "../session/codec.js";
import type { Columns } from "../session/columns.js";
import type { NaiveOffset } from "../session/timestamp.js";
import { openCsv, readFromStart } from "../store/csv-source.js";
import { FaultLog } from "../store/fault-log.js";
import type { Faults } from "../store/store.js";
import { RecordCursor } from "./record-cursor.js";
import { whyUnreadable } from "./unreadable-record.js";
import { changedMeanwhile, inputOf, type Version } from "./version.js";

/** Longer than most records are: a table that has to grow is slower, one that is too large takes memory for nothing. */
const LIKELY_RECORD_BYTES = 600;

/**
 * Where the sessions of one version are, by their ids. Of an id that occurs more than once the last record counts, as for
 * the backend. Memory: 32 to 48 bytes a session.
 *
 * The table knows ids by a hash, for which two ids with the same one can be made. Therefore what it finds is compared with
 * the record itself, and an id whose hash another one has taken is kept as text.
 */
export class SessionIndex {
  readonly #version: Version;
  readonly #naiveOffset: NaiveOffset;
  readonly #onRead: (done: number) => void;
  readonly #table: IdTable;
  readonly #outOfTable = new Map<string, number>();
  readonly #faults = new FaultLog();
  readonly #cursor: RecordCursor;
  #leftOutSum = 0n;
  #repeated = 0;

  /**
   * Reads the version from start to end.
   * @param onRead is told how many bytes have been read, by this and each later `scan`
   * @throws SessionsError STORE_DAMAGED where it has no header of ours, STORE_CHANGED
   */
  constructor(version: Version, naiveOffset: NaiveOffset, onRead: (done: number) => void) {
    this.#version = version;
    this.#naiveOffset = naiveOffset;
    this.#onRead = onRead;
    this.#table = new IdTable(version.source.byteLength / LIKELY_RECORD_BYTES);
    this.#cursor = new RecordCursor(version, naiveOffset);
    for (const batch of this.#batches((record, message) => this.#leaveOut(record, message))) {
      const { scanner, reader, skipped } = batch;
      for (const { record, earlierOffset } of scanner.addIds(this.#table, reader.columns.at.session_id, skipped)) {
        this.#addRepeated(recordOf(batch, record), earlierOffset);
      }
    }
  }

  get columns(): Columns {
    return this.#cursor.reader.columns;
  }

  /** How many different ids there are. */
  get size(): number {
    return this.#table.size + this.#outOfTable.size;
  }

  /** How many records have an id that a later one has too; they do not count. */
  get repeated(): number {
    return this.#repeated;
  }

  /** Records that are no readable session: their fields are not those of the header, or the id is empty. */
  leftOut(): Faults {
    return this.#faults.faults(() => readFromStart(this.#version.source));
  }

  /** Whether both versions hold the same unreadable records, in any order. */
  hasSameLeftOut(other: SessionIndex): boolean {
    return this.#faults.count === other.#faults.count && this.#leftOutSum === other.#leftOutSum;
  }

  /** The records that count, in their order, each valid until the next one. @throws SessionsError STORE_CHANGED */
  *scan(): Generator<IndexedRecord> {
    for (const batch of this.#batches(undefined)) {
      for (let place = 0; place < batch.scanner.recordCount; place += 1) {
        if (batch.skipped[place] !== 0) continue;
        const record = recordOf(batch, place);
        if (this.#repeated === 0 || this.#lastOffset(record) === record.byteOffset) yield record;
      }
    }
  }

  /**
   * The record that counts of the session to which a record of another version belongs, valid until the next call;
   * undefined where there is none.
   */
  find(record: IndexedRecord): SessionRecord | undefined {
    const byteOffset = this.#table.find(record.low, record.high);
    if (byteOffset === -1) return undefined;
    const found = this.#recordAt(byteOffset);
    if (hasSameId(found, record)) return found;
    const elsewhere = this.#outOfTable.get(idOf(record));
    return elsewhere === undefined ? undefined : this.#recordAt(elsewhere);
  }

  #addRepeated(record: IndexedRecord, earlierOffset: number): void {
    if (hasSameId(this.#recordAt(earlierOffset), record)) {
      this.#repeated += 1;
      this.#table.replace(record.low, record.high, record.byteOffset);
      return;
    }
    const id = idOf(record);
    if (this.#outOfTable.has(id)) this.#repeated += 1;
    this.#outOfTable.set(id, record.byteOffset);
  }

  /** Where the last record with the id of a record of this version starts. */
  #lastOffset(record: IndexedRecord): number {
    const elsewhere = this.#outOfTable.size === 0 ? undefined : this.#outOfTable.get(idOf(record));
    return elsewhere ?? this.#table.find(record.low, record.high);
  }

  #recordAt(byteOffset: number): SessionRecord {
    const record = this.#cursor.moveTo(byteOffset);
    return { scanner: this.#cursor.scanner, reader: this.#cursor.reader, record, byteOffset };
  }

  *#batches(leaveOut: ((record: SessionRecord, message: () => string) => void) | undefined): Generator<Batch> {
    const { source } = this.#version;
    const opened = openCsv(readFromStart(source, this.#onRead), inputOf(this.#version, this.#naiveOffset));
    const { scanner, reader } = opened;
    let firstRecord = 1;
    do {
      const skipped = skippedOf(scanner, reader, firstRecord, leaveOut);
      yield { scanner, reader, skipped, hashes: scanner.hashes(reader.columns.at.session_id) };
      firstRecord = 0;
    } while (opened.nextBatch());
    if (!source.looksUnchanged()) throw changedMeanwhile(this.#version);
  }

  #leaveOut({ scanner, record, byteOffset }: SessionRecord, message: () => string): void {
    this.#faults.add(byteOffset, message);
    const [start, end] = contentSpan(scanner, record);
    const digest = createHash("sha256").update(scanner.bytes.subarray(start, end)).digest();
    this.#leftOutSum += digest.readBigUInt64LE();
  }
}

/** A record in the batch of a scanner. */
export interface SessionRecord {
  readonly scanner: RecordScanner;
  readonly reader: SessionReader;
  readonly record: number;
  /** Where it starts in its version. */
  readonly byteOffset: number;
}

interface IndexedRecord extends SessionRecord {
  /** The halves of the hash of its id. */
  readonly low: number;
  readonly high: number;
}

interface Batch {
  readonly scanner: RecordScanner;
  readonly reader: SessionReader;
  /** Per record 1 where it is no readable session. */
  readonly skipped: Uint8Array;
  readonly hashes: Uint32Array;
}

/** Start and end of a record in the window, without its line break. */
export function contentSpan(scanner: RecordScanner, record: number): readonly [start: number, end: number] {
  const start = scanner.recordStart(record);
  let end = scanner.recordEnd(record);
  if (end > start && scanner.bytes[end - 1] === 0x0a) end -= 1;
  if (end > start && scanner.bytes[end - 1] === 0x0d) end -= 1;
  return [start, end];
}

function recordOf({ scanner, reader, hashes }: Batch, record: number): IndexedRecord {
  const byteOffset = scanner.byteOffset + scanner.recordStart(record);
  return { scanner, reader, record, byteOffset, low: hashes[record * 2] ?? 0, high: hashes[record * 2 + 1] ?? 0 };
}

function idOf({ reader, record }: SessionRecord): string {
  return reader.text(record, "session_id");
}

function hasSameId(one: SessionRecord, other: SessionRecord): boolean {
  const [field, otherField] = [idField(one), idField(other)];
  if (one.scanner.isEscaped(field) || other.scanner.isEscaped(otherField)) return idOf(one) === idOf(other);
  const [start, end] = [one.scanner.valueStart(field), one.scanner.valueEnd(field)];
  const [otherStart, otherEnd] = [other.scanner.valueStart(otherField), other.scanner.valueEnd(otherField)];
  return one.scanner.bytes.compare(other.scanner.bytes, otherStart, otherEnd, start, end) === 0;
}

function idField({ scanner, reader, record }: SessionRecord): number {
  return scanner.field(record, reader.columns.at.session_id);
}

function skippedOf(
  scanner: RecordScanner,
  reader: SessionReader,
  firstRecord: number,
  leaveOut: ((record: SessionRecord, message: () => string) => void) | undefined,
): Uint8Array {
  const skipped = new Uint8Array(scanner.recordCount);
  skipped.fill(1, 0, firstRecord);
  const holdsNul = scanner.bytes.subarray(0, scanner.batchLength).includes(0);
  for (let record = firstRecord; record < scanner.recordCount; record += 1) {
    const message = whyUnreadable(scanner, reader, record, holdsNul);
    if (message === undefined) continue;
    skipped[record] = 1;
    const byteOffset = scanner.byteOffset + scanner.recordStart(record);
    if (message !== "blank") leaveOut?.({ scanner, reader, record, byteOffset }, message);
  }
  return skipped;
}
