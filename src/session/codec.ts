import type { RecordScanner } from "../csv/scan.js";
import type { Columns, ColumnName } from "./columns.js";
import { isNothingPending, Session } from "./session.js";
import { parseTimestamp, type Instant, type NaiveOffset } from "./timestamp.js";

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
  readonly #naiveOffset: NaiveOffset;
  readonly #width: number;
  readonly columns: Columns;

  constructor(scanner: RecordScanner, columns: Columns, naiveOffset?: NaiveOffset) {
    this.#scanner = scanner;
    this.columns = columns;
    this.#naiveOffset = naiveOffset;
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

  /** NaN where the text is no timestamp. The record must be whole. */
  lastActivity(record: number): Instant {
    return this.#instant(record, this.columns.at.last_activity);
  }

  /** NaN where the text is no timestamp. The record must be whole. */
  createdAt(record: number): Instant {
    return this.#instant(record, this.columns.at.created_at);
  }

  isPending(record: number): boolean {
    const length = this.contentEnd(record, "pending_approval") - this.contentStart(record, "pending_approval");
    // Longer than white space around `null` is ever written: an approval.
    return length > 8 || (length > 0 && !isNothingPending(this.text(record, "pending_approval")));
  }

  isEmpty(record: number, column: ColumnName): boolean {
    return this.contentStart(record, column) === this.contentEnd(record, column);
  }

  /** Offset in the window of the value's first byte, after an opening quote. */
  contentStart(record: number, column: ColumnName): number {
    const field = this.#field(record, column);
    return this.#scanner.fieldStart(record, field) + (this.#scanner.isQuoted(field) ? 1 : 0);
  }

  /** Offset in the window of one past the value's last byte, before a closing quote. */
  contentEnd(record: number, column: ColumnName): number {
    const field = this.#field(record, column);
    return this.#scanner.fieldEnd(field) - (this.#scanner.isQuoted(field) ? 1 : 0);
  }

  /** The value is these bytes exactly. */
  equals(record: number, column: ColumnName, expected: Buffer): boolean {
    if (this.#scanner.isEscaped(this.#field(record, column))) {
      return this.text(record, column) === expected.toString();
    }
    const start = this.contentStart(record, column);
    const length = this.contentEnd(record, column) - start;
    return length === expected.length && sameBytes(this.#scanner.bytes, start, expected);
  }

  /** The value ends with these bytes. */
  endsWith(record: number, column: ColumnName, suffix: Buffer): boolean {
    if (this.#scanner.isEscaped(this.#field(record, column))) {
      return this.text(record, column).endsWith(suffix.toString());
    }
    const start = this.contentEnd(record, column) - suffix.length;
    return start >= this.contentStart(record, column) && sameBytes(this.#scanner.bytes, start, suffix);
  }

  /** The value starts with these bytes. */
  startsWith(record: number, column: ColumnName, prefix: Buffer): boolean {
    if (this.#scanner.isEscaped(this.#field(record, column))) {
      return this.text(record, column).startsWith(prefix.toString());
    }
    const start = this.contentStart(record, column);
    const end = this.contentEnd(record, column);
    return start + prefix.length <= end && sameBytes(this.#scanner.bytes, start, prefix);
  }

  /** The value as text. */
  text(record: number, column: ColumnName): string {
    return this.#scanner.fieldText(record, this.#field(record, column));
  }

  /** Decodes the whole record. The record must be whole. */
  session(record: number): Session {
    const scanner = this.#scanner;
    const first = scanner.firstField(record);
    const texts: string[] = [];
    for (let index = 0; index < this.#width; index += 1) texts.push(scanner.fieldText(record, first + index));
    return new Session(this.columns, texts, {
      createdAt: definedInstant(this.createdAt(record)),
      lastActivity: definedInstant(this.lastActivity(record)),
    });
  }

  #field(record: number, column: ColumnName): number {
    return this.#scanner.firstField(record) + this.columns.at[column];
  }

  #instant(record: number, index: number): Instant {
    const scanner = this.#scanner;
    const field = scanner.firstField(record) + index;
    const quote = scanner.isQuoted(field) ? 1 : 0;
    const start = scanner.fieldStart(record, field) + quote;
    return parseTimestamp(scanner.bytes, start, scanner.fieldEnd(field) - quote, this.#naiveOffset);
  }

  #isObjectOrEmpty(record: number, column: ColumnName): boolean {
    if (this.isEmpty(record, column)) return true;
    const verdict = this.#scanner.fieldJson(record, this.#field(record, column));
    return verdict === "object" || verdict === "python-object";
  }

  #hasOnlyEmptyExtras(record: number, count: number): boolean {
    const first = this.#scanner.firstField(record);
    for (let index = this.#width; index < count; index += 1) {
      if (this.#scanner.fieldEnd(first + index) !== this.#scanner.fieldEnd(first + index - 1) + 1) return false;
    }
    return true;
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
