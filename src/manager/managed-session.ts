import { inspect } from "node:util";
import { fieldAt } from "../csv/field.js";
import type { Columns, ColumnName } from "../session/columns.js";
import { isNothingPending } from "../session/session.js";
import type { JsonObject, JsonValue } from "../session/json-dumps.js";
import { formatTimestamp, parseTimestamp, type Instant } from "../session/timestamp.js";

/** A session as it was when it was asked for; it does not change. */
export class ManagedSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly platform: string;
  /** Microseconds since 1970. */
  readonly lastActivity: Instant;
  /** Bytes as Latin-1: in a string they weigh nothing but their length. */
  readonly #record: string;
  readonly #columns: Columns;

  /** @param record its bytes as Latin-1 */
  constructor({ sessionId, userId, platform, lastActivity }: SessionParts, record: string, columns: Columns) {
    this.sessionId = sessionId;
    this.userId = userId;
    this.platform = platform;
    this.lastActivity = lastActivity;
    this.#record = record;
    this.#columns = columns;
  }

  get threadId(): string {
    return this.#text("thread_id");
  }

  /** Microseconds since 1970. */
  get createdAt(): Instant {
    return parseTimestamp(this.createdAtText);
  }

  /** As it stands in the file. */
  get createdAtText(): string {
    return this.#text("created_at");
  }

  /** As it stands in the file; where that is not written yet, as it will. */
  get lastActivityText(): string {
    const text = this.#text("last_activity");
    return parseTimestamp(text) === this.lastActivity ? text : formatTimestamp(this.lastActivity);
  }

  /** JSON text of the approval that the user has to answer; undefined where nothing is pending. */
  get pendingApprovalText(): string | undefined {
    const text = this.#text("pending_approval");
    return isNothingPending(text) ? undefined : text;
  }

  /** JSON text of an object, with all digits of its numbers. */
  get metadataText(): string {
    return this.#text("metadata") || "{}";
  }

  get hasPendingApproval(): boolean {
    return this.pendingApprovalText !== undefined;
  }

  /** As `JSON.parse` reads it: whole numbers beyond 2^53 are rounded. */
  get pendingApproval(): JsonObject | undefined {
    const text = this.pendingApprovalText;
    return text === undefined ? undefined : (JSON.parse(text) as JsonObject);
  }

  /** As `JSON.parse` reads it: whole numbers beyond 2^53 are rounded. */
  get metadata(): JsonObject {
    return JSON.parse(this.metadataText) as JsonObject;
  }

  /**
   * All of it under the names of these properties, for `JSON.stringify` and logs. Without an approval `pendingApproval` is left out;
   * the NaN and Infinity of Python's json are no JSON, and what holds them is given as its text. Whole numbers beyond 2^53 are
   * rounded: the texts have all digits.
   */
  toJSON(): Record<string, JsonValue | undefined> {
    const { sessionId, userId, platform, threadId, createdAt, createdAtText, lastActivity, lastActivityText } = this;
    return {
      sessionId,
      userId,
      platform,
      threadId,
      createdAt,
      createdAtText,
      lastActivity,
      lastActivityText,
      hasPendingApproval: this.hasPendingApproval,
      pendingApproval: this.pendingApprovalText === undefined ? undefined : valueOf(this.pendingApprovalText),
      metadata: valueOf(this.metadataText),
    };
  }

  /** What `console.log` shows. */
  [inspect.custom](): unknown {
    return this.toJSON();
  }

  #text(column: ColumnName): string {
    return fieldAt(this.#record, this.#columns.at[column]);
  }
}

function valueOf(text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return text;
  }
}

type SessionParts = Pick<ManagedSession, "sessionId" | "userId" | "platform" | "lastActivity">;
