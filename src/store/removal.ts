import { removal } from "../csv/edit.js";
import type { ReadBytes, RecordScanner } from "../csv/scan.js";
import type { SessionReader } from "../session/codec.js";
import { compileSelection, type RecordPredicate } from "../session/query.js";
import type { Session } from "../session/session.js";
import type { Instant } from "../session/timestamp.js";
import { BorderCheck } from "./border-check.js";
import type { RecordEdit } from "./change-log.js";
import { describeFault, FaultLog } from "./fault-log.js";
import type { RemovalPlan, RemovalRequest } from "./store.js";

const SAMPLE_SIZE = 5;

/**
 * Decides record by record what a removal takes out. Only a record that is decoded without fault is ever removed; what is
 * in doubt stays as it is.
 */
export class RemovalPlanner {
  readonly #scanner: RecordScanner;
  readonly #reader: SessionReader;
  readonly #request: RemovalRequest;
  readonly #selected: RecordPredicate;
  readonly #undecodable = new FaultLog();
  readonly #borders: BorderCheck;
  readonly #sample: Session[] = [];
  readonly #ids: Set<string> | undefined;
  #total = 0;
  #removed = 0;
  #removedPending = 0;
  #keptPending = 0;
  #keptUndecodable = 0;
  #oldest: Instant = Infinity;
  #newest: Instant = -Infinity;

  constructor(scanner: RecordScanner, reader: SessionReader, request: RemovalRequest) {
    this.#scanner = scanner;
    this.#reader = reader;
    this.#request = request;
    this.#borders = new BorderCheck(scanner);
    this.#selected = compileSelection(request.selection, reader, request.retention);
    this.#ids = request.collectIds === true ? new Set() : undefined;
  }

  /** The edits that take the selected records out of the scanner's current batch, from `firstRecord` on. */
  planBatch(firstRecord: number): RecordEdit[] {
    this.#borders.checkBatch();
    const edits: RecordEdit[] = [];
    for (let record = firstRecord; record < this.#scanner.recordCount; record += 1) {
      if (!this.#goes(record)) continue;
      const start = this.#scanner.recordStart(record);
      const sessionId = this.#reader.text(record, "session_id");
      edits.push({ ...removal(start, this.#scanner.recordEnd(record) - start), sessionId });
    }
    return edits;
  }

  plan(readFromStart: () => ReadBytes): RemovalPlan {
    return {
      total: this.#total,
      removed: this.#removed,
      removedPending: this.#removedPending,
      keptPending: this.#keptPending,
      keptUndecodable: this.#keptUndecodable,
      undecodable: this.#undecodable.faults(readFromStart),
      oldest: this.#removed === 0 ? undefined : this.#oldest,
      newest: this.#removed === 0 ? undefined : this.#newest,
      sample: this.#sample,
      ids: this.#ids,
    };
  }

  /** @throws SessionsError STORE_DAMAGED where the borders of records are in doubt, so that nothing may be written */
  requireBorders(location: string, readFromStart: () => ReadBytes): void {
    this.#borders.require(location, readFromStart);
  }

  #goes(record: number): boolean {
    const scanner = this.#scanner;
    const reader = this.#reader;
    const fault = reader.decodingFault(record);
    if (fault === "blank") return false;
    this.#total += 1;
    if (fault !== undefined) {
      this.#undecodable.add(this.#offsetOf(record), () => describeFault(fault, scanner, reader, record));
      if (reader.isWhole(record) && this.#selected(record)) this.#keptUndecodable += 1;
      return false;
    }
    if (!this.#selected(record)) return false;
    const isPending = reader.isPending(record);
    if (this.#request.keepPending && isPending) {
      this.#keptPending += 1;
      return false;
    }
    this.#removed += 1;
    if (isPending) this.#removedPending += 1;
    const lastActivity = reader.lastActivity(record);
    if (lastActivity < this.#oldest) this.#oldest = lastActivity;
    if (lastActivity > this.#newest) this.#newest = lastActivity;
    if (this.#sample.length < SAMPLE_SIZE) this.#sample.push(reader.session(record));
    this.#ids?.add(reader.text(record, "session_id"));
    return true;
  }

  #offsetOf(record: number): number {
    return this.#scanner.byteOffset + this.#scanner.recordStart(record);
  }
}
