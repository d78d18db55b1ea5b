import type { ParsedTimestamps, RecordScanner } from "../csv/scan.js";
import type { JsonVerdict } from "../kernel/kernel.js";
import type { Columns, ColumnName } from "./columns.js";
import { isNothingPending, Session } from "./session.js";
import { MICROSECONDS_PER_SECOND, type Instant, type NaiveOffset } from "./timestamp.js";

/** Why a record is no session. */
export type RecordFault =
  | "blank"
  | "quoting"
  | "too-few-fields"
  | "too-many-fields"
  | "no-session-id"
  | "no-user-id"
  | "created-at"
  | "last-activity"
  | "pending-approval"
  | "metadata";

/**
 * Reads sessions off the records of a scanner's current batch. Nothing is decoded that is not asked for: comparisons
 * work on bytes, and only `session()` makes strings of a whole record.
 */
export class SessionReader {
  readonly #scanner: RecordScanner;
  readonly #lastActivity: TimeColumn;
  readonly #createdAt: TimeColumn;
  readonly #width: number;
  readonly columns: Columns;

  constructor(scanner: RecordScanner, columns: Columns, naiveOffset?: NaiveOffset) {
    this.#scanner = scanner;
    this.columns = columns;
    this.#lastActivity = new TimeColumn(scanner, columns.at.last_activity, 0, naiveOffset);
    this.#createdAt = new TimeColumn(scanner, columns.at.created_at, 1, naiveOffset);
    this.#width = columns.names.length;
  }

  /**
   * The record has the header's fields, so each value belongs to its column. Empty fields beyond the header's, as
   * spreadsheets add them, do no harm.
   */
  isWhole(record: number): boolean {
    const scanner = this.#scanner;
    if (scanner.isBroken(record)) return false;
    const count = scanner.fieldCount(record);
    return count === this.#width || (count > this.#width && this.#hasOnlyEmptyExtras(record, count));
  }

  /** Why the record is not whole, or undefined. */
  wholenessFault(record: number): RecordFault | undefined {
    if (this.isWhole(record)) return undefined;
    if (this.#scanner.isBlank(record)) return "blank";
    if (this.#scanner.isBroken(record)) return "quoting";
    return this.#scanner.fieldCount(record) < this.#width ? "too-few-fields" : "too-many-fields";
  }

  /** Why the record cannot be decoded, the first reason found; undefined for a session without fault. */
  decodingFault(record: number): RecordFault | undefined {
    const fault = this.wholenessFault(record);
    if (fault !== undefined) return fault;
    if (Number.isNaN(this.lastActivity(record))) return "last-activity";
    if (Number.isNaN(this.createdAt(record))) return "created-at";
    if (!this.#isObjectOrEmpty(record, "metadata")) return "metadata";
    if (!this.#isObjectOrEmpty(record, "pending_approval") && this.isPending(record)) return "pending-approval";
    if (this.isEmpty(record, "session_id")) return "no-session-id";
    if (this.isEmpty(record, "user_id")) return "no-user-id";
    return undefined;
  }

  /** NaN where the text is no timestamp. */
  lastActivity(record: number): Instant {
    return this.#lastActivity.at(record);
  }

  /** NaN where the text is no timestamp. */
  createdAt(record: number): Instant {
    return this.#createdAt.at(record);
  }

  isPending(record: number): boolean {
    const field = this.#scanner.field(record, this.columns.at.pending_approval);
    const length = this.#scanner.valueEnd(field) - this.#scanner.valueStart(field);
    // Longer than white space around `null` is ever written: an approval.
    return length > 8 || (length > 0 && !isNothingPending(this.text(record, "pending_approval")));
  }

  isEmpty(record: number, column: ColumnName): boolean {
    const field = this.#scanner.field(record, this.columns.at[column]);
    return this.#scanner.valueStart(field) === this.#scanner.valueEnd(field);
  }

  /** The value is these bytes exactly. */
  equals(record: number, column: ColumnName, expected: Buffer): boolean {
    const scanner = this.#scanner;
    const field = scanner.field(record, this.columns.at[column]);
    if (scanner.isEscaped(field)) return this.text(record, column) === expected.toString();
    const start = scanner.valueStart(field);
    return scanner.valueEnd(field) - start === expected.length && sameBytes(scanner.bytes, start, expected);
  }

  /** The value ends with these bytes. */
  endsWith(record: number, column: ColumnName, suffix: Buffer): boolean {
    const scanner = this.#scanner;
    const field = scanner.field(record, this.columns.at[column]);
    if (scanner.isEscaped(field)) return this.text(record, column).endsWith(suffix.toString());
    const start = scanner.valueEnd(field) - suffix.length;
    return start >= scanner.valueStart(field) && sameBytes(scanner.bytes, start, suffix);
  }

  /** The value starts with these bytes. */
  startsWith(record: number, column: ColumnName, prefix: Buffer): boolean {
    const scanner = this.#scanner;
    const field = scanner.field(record, this.columns.at[column]);
    if (scanner.isEscaped(field)) return this.text(record, column).startsWith(prefix.toString());
    const start = scanner.valueStart(field);
    return start + prefix.length <= scanner.valueEnd(field) && sameBytes(scanner.bytes, start, prefix);
  }

  /** The value as text. */
  text(record: number, column: ColumnName): string {
    return this.#scanner.fieldText(record, this.columns.at[column]);
  }

  /** Decodes the whole record. The record must be whole. */
  session(record: number): Session {
    return new Session(this.columns, this.#scanner.recordTexts(record, this.#width), {
      createdAt: definedInstant(this.createdAt(record)),
      lastActivity: definedInstant(this.lastActivity(record)),
      hasJsonApproval: this.#isJsonOrEmpty(record, "pending_approval"),
      hasJsonMetadata: this.#isJsonOrEmpty(record, "metadata"),
    });
  }

  #isObjectOrEmpty(record: number, column: ColumnName): boolean {
    if (this.isEmpty(record, column)) return true;
    const verdict = this.#jsonVerdict(record, column);
    return verdict === "object" || verdict === "python-object";
  }

  #isJsonOrEmpty(record: number, column: ColumnName): boolean {
    if (this.isEmpty(record, column)) return true;
    const verdict = this.#jsonVerdict(record, column);
    return verdict === "object" || verdict === "other";
  }

  #jsonVerdict(record: number, column: ColumnName): JsonVerdict {
    return this.#scanner.fieldJson(this.#scanner.field(record, this.columns.at[column]));
  }

  #hasOnlyEmptyExtras(record: number, count: number): boolean {
    const scanner = this.#scanner;
    for (let place = this.#width; place < count; place += 1) {
      const field = scanner.field(record, place);
      if (scanner.valueStart(field) !== scanner.valueEnd(field)) return false;
    }
    return true;
  }
}

/** The instants of one column, parsed for a whole batch when the first of them is asked for. */
class TimeColumn {
  readonly #scanner: RecordScanner;
  readonly #place: number;
  readonly #slot: number;
  readonly #naiveOffset: NaiveOffset;
  #batchNumber = 0;
  #parsed: ParsedTimestamps | undefined;

  constructor(scanner: RecordScanner, place: number, slot: number, naiveOffset: NaiveOffset) {
    this.#scanner = scanner;
    this.#place = place;
    this.#slot = slot;
    this.#naiveOffset = naiveOffset;
  }

  at(record: number): Instant {
    if (this.#parsed === undefined || this.#batchNumber !== this.#scanner.batchNumber) {
      this.#parsed = this.#scanner.timestamps(this.#place, this.#slot);
      this.#batchNumber = this.#scanner.batchNumber;
    }
    const instant = this.#parsed.instants[record] ?? NaN;
    if (this.#naiveOffset === undefined || this.#parsed.naive[record] !== 1) return instant;
    return instant - this.#naiveOffset(Math.floor(instant / MICROSECONDS_PER_SECOND)) * MICROSECONDS_PER_SECOND;
  }
}

function sameBytes(bytes: Buffer, start: number, expected: Buffer): boolean {
  for (let index = 0; index < expected.length; index += 1) {
    if (bytes[start + index] !== expected[index]) return false;
  }
  return true;
}

function definedInstant(instant: Instant): Instant | undefined {
  return Number.isNaN(instant) ? undefined : instant;
}
