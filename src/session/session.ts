import type { Columns, ColumnName } from "./columns.js";
import type { Instant } from "./timestamp.js";

/** What was found out about the texts of a session when it was read. */
export interface DecodedParts {
  readonly createdAt: Instant | undefined;
  readonly lastActivity: Instant | undefined;
  readonly hasJsonApproval: boolean;
  readonly hasJsonMetadata: boolean;
}

/**
 * One session as it stands in the file: the text of every column, and what could be decoded of it. A session whose
 * timestamps or JSON cannot be decoded is one too; the parts in question are undefined.
 */
export class Session {
  readonly #columns: Columns;
  readonly #texts: readonly string[];
  /** `created_at`, undefined where its text is no timestamp. */
  readonly createdAt: Instant | undefined;
  /** `last_activity`, undefined where its text is no timestamp. The session's age for expiry counts from here. */
  readonly lastActivity: Instant | undefined;

  /** `pendingApproval` is JSON (RFC 8259). */
  readonly hasJsonApproval: boolean;
  /** `metadata` is JSON (RFC 8259). */
  readonly hasJsonMetadata: boolean;

  constructor(columns: Columns, texts: readonly string[], decoded: DecodedParts) {
    this.#columns = columns;
    this.#texts = texts;
    this.createdAt = decoded.createdAt;
    this.lastActivity = decoded.lastActivity;
    this.hasJsonApproval = decoded.hasJsonApproval;
    this.hasJsonMetadata = decoded.hasJsonMetadata;
  }

  get sessionId(): string {
    return this.column("session_id");
  }

  get userId(): string {
    return this.column("user_id");
  }

  get platform(): string {
    return this.column("platform");
  }

  get threadId(): string {
    return this.column("thread_id");
  }

  /** JSON text of the approval that the user has to answer; undefined where nothing is pending. */
  get pendingApproval(): string | undefined {
    const text = this.column("pending_approval");
    return isNothingPending(text) ? undefined : text;
  }

  /** JSON text; `{}` where the column is empty. */
  get metadata(): string {
    return this.column("metadata") || "{}";
  }

  get isPending(): boolean {
    return this.pendingApproval !== undefined;
  }

  /** The columns of the file that this session was read from. */
  get columnNames(): readonly string[] {
    return this.#columns.names;
  }

  /** Names of the columns that are not ours, in the file's order. */
  get extraNames(): readonly string[] {
    return this.#columns.extraNames;
  }

  /** The text of one of our columns, unquoted. */
  column(name: ColumnName): string {
    return this.#texts[this.#columns.at[name]] ?? "";
  }

  /** The text of any column that the header names; undefined where it names none such. */
  text(name: string): string | undefined {
    const place = this.#columns.places.get(name);
    return place === undefined ? undefined : (this.#texts[place] ?? "");
  }
}

/** Empty, and the `null` that some writers put for None, both mean that nothing is pending. */
export function isNothingPending(pendingApproval: string): boolean {
  const text = pendingApproval.trim();
  return text === "" || text === "null";
}
