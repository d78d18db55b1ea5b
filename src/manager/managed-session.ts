import { fieldAt } from "../csv/field.js";
import type { Columns, ColumnName } from "../session/columns.js";
import { isNothingPending } from "../session/session.js";
import type { JsonObject } from "../session/json-dumps.js";
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

  #text(column: ColumnName): string {
    return fieldAt(this.#record, this.#columns.at[column]);
  }
}

type SessionParts = Pick<ManagedSession, "sessionId" | "userId" | "platform" | "lastActivity">;
