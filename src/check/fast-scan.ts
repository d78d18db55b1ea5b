import { isUtf8 } from "node:buffer";
import { RecordScanner } from "../csv/scan.js";
import type { IdTable, RepeatedId } from "../kernel/id-table.js";
import type { Dialect } from "./dialect.js";
import { PAGE_BYTES, type Overlap } from "./overlap.js";
import type { ByteSource } from "./byte-source.js";
import { isUuid } from "../session/uuid.js";

/** LF, a brace and a quote: with another last byte a file may be cut in a value. */
const ENDS: ReadonlySet<number> = new Set([0x0a, 0x7d, 0x22]);

const MANY_OTHERS = 20;

/** What the scanner found from an offset on. */
export interface FastStretch {
  /** One past the last record without fault. */
  readonly end: number;
  /** How many records without fault there were. */
  readonly records: number;
  /** Where the last of them starts; undefined where there was none. */
  readonly lastStart: number | undefined;
  /** The record behind them that has to be looked at, where it is well-formed. */
  readonly suspect: { readonly start: number; readonly end: number } | undefined;
  /** Where records among them start whose id was seen before. */
  readonly repeated: readonly { readonly start: number }[];
}

/**
 * Checks records at full speed as long as they are without fault, a stretch at a time. What it stops at is for others to
 * look at closely; afterwards it goes on wherever it is told to.
 */
export class FastScan {
  readonly #source: ByteSource;
  readonly #scanner: RecordScanner;
  readonly #names: readonly string[];
  readonly #ids: IdTable;
  readonly #idsAreUuids: boolean;
  readonly #overlap: Overlap;
  readonly #allUsersNamePlatform: boolean;
  #readOffset = 0;
  /** Per record of the batch, not 0 where it has to be looked at. */
  #suspects: Uint8Array = new Uint8Array(0);
  /** The record of the batch to go on with, and where it starts; at the batch's end where all have been seen. */
  #record = 0;
  #isEnded = true;

  constructor(
    source: ByteSource,
    names: readonly string[],
    ids: IdTable,
    { idsAreUuids, allUsersNamePlatform }: Dialect,
    overlap: Overlap,
    onRead?: (done: number, total: number) => void,
  ) {
    this.#source = source;
    this.#names = names;
    this.#ids = ids;
    this.#idsAreUuids = idsAreUuids;
    this.#overlap = overlap;
    this.#allUsersNamePlatform = allUsersNamePlatform;
    this.#scanner = new RecordScanner((target) => {
      const count = source.readAt(target, this.#readOffset);
      this.#readOffset += count;
      onRead?.(this.#readOffset, source.byteLength);
      return count;
    });
  }

  /**
   * Goes on at an offset where a record starts.
   * @throws SessionsError STORE_DAMAGED where one record is longer than the scanner can hold
   */
  from(byteOffset: number): FastStretch {
    if (!this.#isAt(byteOffset)) {
      this.#readOffset = byteOffset;
      this.#scanner.restart(byteOffset);
      this.#isEnded = !this.#nextBatch();
    }
    let records = 0;
    let end = byteOffset;
    let lastStart: number | undefined;
    const repeated: FastStretch["repeated"][number][] = [];
    while (!this.#isEnded) {
      const scanner = this.#scanner;
      const count = scanner.recordCount;
      const first = this.#record;
      let next = first;
      while (next < count && this.#suspects[next] === 0) next += 1;
      records += next - first;
      if (next > first) {
        lastStart = scanner.byteOffset + scanner.recordStart(next - 1);
        end = scanner.byteOffset + scanner.recordEnd(next - 1);
        for (const { record, earlierOffset } of this.#addIds(first, next)) {
          const start = scanner.byteOffset + scanner.recordStart(record);
          if (start !== earlierOffset) repeated.push({ start });
        }
      }
      this.#record = next;
      // Whoever looks at repeated ids may need the table as it is now.
      if (next < count || repeated.length > 0) break;
      this.#isEnded = !this.#nextBatch();
    }
    return { end, records, lastStart, suspect: this.#suspect(), repeated };
  }

  #suspect(): FastStretch["suspect"] {
    const scanner = this.#scanner;
    const record = this.#record;
    if (this.#isEnded || record >= scanner.recordCount || scanner.isBroken(record)) return undefined;
    const start = scanner.byteOffset + scanner.recordStart(record);
    return { start, end: scanner.byteOffset + scanner.recordEnd(record) };
  }

  /** The scanner stands before a record that starts here. */
  #isAt(byteOffset: number): boolean {
    const scanner = this.#scanner;
    if (this.#isEnded) return byteOffset === this.#source.byteLength && scanner.batchNumber > 0;
    for (; this.#record < scanner.recordCount; this.#record += 1) {
      const start = scanner.byteOffset + scanner.recordStart(this.#record);
      if (start >= byteOffset) return start === byteOffset;
    }
    if (scanner.byteOffset + scanner.batchLength !== byteOffset) return false;
    this.#isEnded = !this.#nextBatch();
    return true;
  }

  #addIds(first: number, end: number): readonly RepeatedId[] {
    const count = this.#scanner.recordCount;
    const place = this.#names.indexOf("session_id");
    if (first === 0 && end === count) return this.#scanner.addIds(this.#ids, place);
    const skipped = new Uint8Array(count).fill(1);
    skipped.fill(0, first, end);
    return this.#scanner.addIds(this.#ids, place, skipped);
  }

  #nextBatch(): boolean {
    const scanner = this.#scanner;
    if (!scanner.nextBatch()) return false;
    const width = this.#names.length;
    const place = (name: string): number => this.#names.indexOf(name);
    scanner.timestamps(place("last_activity"), 0);
    scanner.timestamps(place("created_at"), 1);
    const [sessionId, userId] = [place("session_id"), place("user_id")];
    const suspects = scanner.faults(width, {
      sessionId,
      userId,
      pendingApproval: place("pending_approval"),
      metadata: place("metadata"),
    });
    const { suspicions, uuidCount } = scanner.inspections({
      sessionId,
      userId,
      platform: place("platform"),
      threadId: place("thread_id"),
    });
    for (let record = 0; record < suspects.length; record += 1) {
      // More fields than columns are no fault to the scanner where they are empty.
      const isOtherWidth = scanner.fieldCount(record) !== width;
      suspects[record] = (suspects[record] ?? 0) | (suspicions[record] ?? 0) | (isOtherWidth ? 1 : 0);
    }
    this.#suspects = suspects;
    if (scanner.pythonObjectCount > 0) this.#suspectPythonObjects([place("pending_approval"), place("metadata")]);
    if (this.#allUsersNamePlatform) this.#suspectMixedHalves(place("user_id"), place("platform"));
    if (this.#idsAreUuids && uuidCount < scanner.recordCount) {
      this.#suspectOtherIds(place("session_id"));
      if (!this.#overlap.isGivenUp) this.#suspectOtherThreads(place("thread_id"));
    }
    this.#suspectBadText();
    this.#record = 0;
    return true;
  }

  /** NaN and Infinity, which Python takes for JSON. */
  #suspectPythonObjects(places: readonly number[]): void {
    const scanner = this.#scanner;
    for (let record = 0; record < scanner.recordCount; record += 1) {
      const count = scanner.fieldCount(record);
      const isPython = (place: number): boolean =>
        count > place && scanner.fieldJson(scanner.field(record, place)) === "python-object";
      if (places.some(isPython)) this.#suspects[record] = 1;
    }
  }

  /** Where ids are UUIDs, one that is none may be a piece of one, or have something before it. */
  #suspectOtherIds(place: number): number {
    const scanner = this.#scanner;
    let count = 0;
    for (let record = 0; record < scanner.recordCount; record += 1) {
      if (scanner.fieldCount(record) <= place || isUuid(scanner.fieldText(record, place))) continue;
      this.#suspects[record] = 1;
      count += 1;
    }
    return count;
  }

  #suspectOtherThreads(place: number): void {
    const before = this.#suspects.slice();
    const count = this.#suspectOtherIds(place);
    if (count < MANY_OTHERS || count * 2 < this.#scanner.recordCount) return;
    // It is how threads are named.
    this.#overlap.giveUp();
    this.#suspects = before;
  }

  /** Records that stand across the border of two blocks, as two writers may leave them, whose user is another platform's. */
  #suspectMixedHalves(user: number, platform: number): void {
    const scanner = this.#scanner;
    let record = 0;
    const end = scanner.byteOffset + scanner.batchLength;
    for (let border = Math.ceil(scanner.byteOffset / PAGE_BYTES) * PAGE_BYTES; border < end; border += PAGE_BYTES) {
      const at = border - scanner.byteOffset;
      while (record < scanner.recordCount - 1 && scanner.recordEnd(record) < at) record += 1;
      if (scanner.fieldCount(record) <= Math.max(user, platform)) continue;
      const prefix = `${scanner.fieldText(record, platform)}_`;
      if (!scanner.fieldText(record, user).startsWith(prefix)) this.#suspects[record] = 1;
    }
  }

  /** Records with bytes that are no UTF-8, and the last record where no line break ends it. */
  #suspectBadText(): void {
    const scanner = this.#scanner;
    const batch = scanner.bytes.subarray(0, scanner.batchLength);
    if (!isUtf8(batch)) {
      for (let record = 0; record < scanner.recordCount; record += 1) {
        const text = batch.subarray(scanner.recordStart(record), scanner.recordEnd(record));
        if (!isUtf8(text)) this.#suspects[record] = 1;
      }
    }
    if (scanner.byteOffset + batch.length === this.#source.byteLength && !ENDS.has(batch.at(-1) ?? 0)) {
      this.#suspects[scanner.recordCount - 1] = 1;
    }
  }
}
