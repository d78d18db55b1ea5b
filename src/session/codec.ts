import type { ParsedTimestamps, RecordScanner } from "../csv/scan.js";
import {
  ANSWER_AS_TEXT,
  ANSWER_YES,
  CLASS_FILLED,
  CLASS_WHOLE,
  NOT_INTERNED,
  RECORD_FAULTS,
  type MatchMode,
} from "../kernel/kernel.js";
import { NEEDLE_BYTES } from "../kernel/memory-layout.js";
import type { Columns, ColumnName } from "./columns.js";
import { isNothingPending, Session } from "./session.js";
import { MICROSECONDS_PER_SECOND, type Instant, type NaiveOffset } from "./timestamp.js";

/** Why a record is no session. */
export type RecordFault = Exclude<(typeof RECORD_FAULTS)[number], undefined>;

/**
 * Reads sessions off the records of a scanner's current batch. Nothing is decoded that is not asked for: comparisons
 * work on bytes, and only `session()` makes strings of a whole record.
 */
export class SessionReader {
  readonly #scanner: RecordScanner;
  readonly #lastActivity: TimeColumn;
  readonly #createdAt: TimeColumn;
  readonly #classes: OncePerBatch<Uint8Array>;
  readonly #faults: OncePerBatch<Uint8Array>;
  readonly #width: number;
  readonly columns: Columns;

  constructor(scanner: RecordScanner, columns: Columns, naiveOffset?: NaiveOffset) {
    this.#scanner = scanner;
    this.columns = columns;
    this.#lastActivity = new TimeColumn(scanner, columns.at.last_activity, 0, naiveOffset);
    this.#createdAt = new TimeColumn(scanner, columns.at.created_at, 1, naiveOffset);
    this.#width = columns.names.length;
    const { session_id: sessionId, user_id: userId, pending_approval: pendingApproval, metadata } = columns.at;
    this.#faults = new OncePerBatch(scanner, () => {
      this.#lastActivity.parse();
      this.#createdAt.parse();
      return scanner.faults(this.#width, { sessionId, userId, pendingApproval, metadata });
    });
    this.#classes = new OncePerBatch(scanner, () => scanner.classes(this.#width, columns.at.pending_approval));
  }

  /**
   * The record has the header's fields, so each value belongs to its column. Empty fields beyond the header's, as
   * spreadsheets add them, do no harm.
   */
  isWhole(record: number): boolean {
    return (this.#classOf(record) & CLASS_WHOLE) !== 0;
  }

  /** Why the record is not whole, or undefined. */
  wholenessFault(record: number): RecordFault | undefined {
    return this.isWhole(record) ? undefined : this.decodingFault(record);
  }

  /**
   * Why the record cannot be decoded, the first reason found; undefined for a session without fault. Timestamps must be
   * such, the JSON columns empty or an object (`null` is no approval), session and user ids not empty.
   */
  decodingFault(record: number): RecordFault | undefined {
    const fault = RECORD_FAULTS[this.#faults.get()[record] ?? 0];
    return fault === "pending-approval" && !this.isPending(record) ? undefined : fault;
  }

  /** NaN where the text is no timestamp. */
  lastActivity(record: number): Instant {
    return this.#lastActivity.at(record);
  }

  /** NaN where the text is no timestamp. */
  createdAt(record: number): Instant {
    return this.#createdAt.at(record);
  }

  /** The record must be whole. */
  isPending(record: number): boolean {
    if ((this.#classOf(record) & CLASS_FILLED) === 0) return false;
    const start = this.#scanner.valueStart(this.#scanner.field(record, this.columns.at.pending_approval));
    // What starts with a brace is an approval, broken or not; only the rest needs to be looked at as text.
    return this.#scanner.bytes[start] === 0x7b || !isNothingPending(this.text(record, "pending_approval"));
  }

  /** Every record of the current batch is whole. */
  isBatchWhole(): boolean {
    return !this.#classes.get().subarray(0, this.#scanner.recordCount).includes(0);
  }

  /** A test whether a record's value of a column equals, starts or ends with a text. The record must be whole. */
  matcher(column: ColumnName, text: string, mode: MatchMode): RecordMatcher {
    const needle = Buffer.from(text);
    const compare = (record: number): boolean => {
      const value = this.text(record, column);
      if (mode === "equals") return value === text;
      return mode === "starts" ? value.startsWith(text) : value.endsWith(text);
    };
    if (needle.length > NEEDLE_BYTES) return Object.assign(compare, { next: (from: number) => from });
    const answers = new OncePerBatch(this.#scanner, () => this.#scanner.matches(this.columns.at[column], needle, mode));
    const matches = (record: number): boolean => {
      const answer = answers.get()[record];
      return answer === ANSWER_YES || (answer === ANSWER_AS_TEXT && compare(record));
    };
    const next = (from: number): number => {
      const places = [ANSWER_YES, ANSWER_AS_TEXT].map((answer) => answers.get().indexOf(answer, from));
      return Math.min(...places.filter((place) => place !== -1), Infinity);
    };
    return Object.assign(matches, { next });
  }

  /** The value of a column that has few different ones; a string is made once for each of them. */
  repeatedText(column: ColumnName): (record: number) => string {
    const numbers = new OncePerBatch(this.#scanner, () => this.#scanner.interned(this.columns.at[column]));
    const texts: (string | undefined)[] = [];
    return (record) => {
      const number = numbers.get()[record] ?? NOT_INTERNED;
      if (number === NOT_INTERNED) return this.text(record, column);
      return (texts[number] ??= this.#scanner.internedValue(number));
    };
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

  #isJsonOrEmpty(record: number, column: ColumnName): boolean {
    const field = this.#scanner.field(record, this.columns.at[column]);
    if (this.#scanner.valueStart(field) === this.#scanner.valueEnd(field)) return true;
    const verdict = this.#scanner.fieldJson(field);
    return verdict === "object" || verdict === "other";
  }

  #classOf(record: number): number {
    return this.#classes.get()[record] ?? 0;
  }
}

/** Tests a record of the current batch by its place. */
export interface RecordMatcher {
  (record: number): boolean;
  /** The first record from `from` on that may pass, Infinity where none does. */
  next(from: number): number;
}

/** What is asked of all records of a batch at once, when it is first needed. */
class OncePerBatch<Answers> {
  readonly #scanner: RecordScanner;
  readonly #ask: () => Answers;
  #batchNumber = 0;
  #answers: Answers | undefined;

  constructor(scanner: RecordScanner, ask: () => Answers) {
    this.#scanner = scanner;
    this.#ask = ask;
  }

  get(): Answers {
    if (this.#answers === undefined || this.#batchNumber !== this.#scanner.batchNumber) {
      this.#answers = this.#ask();
      this.#batchNumber = this.#scanner.batchNumber;
    }
    return this.#answers;
  }
}

/** The instants of one column. */
class TimeColumn {
  readonly #parsed: OncePerBatch<ParsedTimestamps>;
  readonly #naiveOffset: NaiveOffset;

  constructor(scanner: RecordScanner, place: number, slot: number, naiveOffset: NaiveOffset) {
    this.#parsed = new OncePerBatch(scanner, () => scanner.timestamps(place, slot));
    this.#naiveOffset = naiveOffset;
  }

  /** Makes sure that the batch's slot is filled. */
  parse(): void {
    this.#parsed.get();
  }

  at(record: number): Instant {
    const { instants, naive } = this.#parsed.get();
    const instant = instants[record] ?? NaN;
    if (this.#naiveOffset === undefined || naive[record] !== 1) return instant;
    return instant - this.#naiveOffset(Math.floor(instant / MICROSECONDS_PER_SECOND)) * MICROSECONDS_PER_SECOND;
  }
}

function definedInstant(instant: Instant): Instant | undefined {
  return Number.isNaN(instant) ? undefined : instant;
}
