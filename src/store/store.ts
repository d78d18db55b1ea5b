import type { Finding } from "../errors.js";
import type { Columns } from "../session/columns.js";
import type { Selection } from "../session/query.js";
import type { Retention } from "../session/retention.js";
import type { Session } from "../session/session.js";
import type { SessionStats, StatsGrouping } from "../session/stats.js";
import type { Instant } from "../session/timestamp.js";

/**
 * Where sessions live. Operations, not files: everything is asked for in terms of sessions and streamed, so that a
 * database can keep the same contract. Each operation sees one whole version of the store.
 */
export interface SessionStore {
  /** Where the sessions are, as a person would name it: a path or a URL without secrets. */
  readonly location: string;
  readonly capabilities: StoreCapabilities;

  /** What is known without reading the sessions. @throws SessionsError STORE_NOT_FOUND, STORE_DAMAGED and others */
  describe(): Promise<StoreDescription>;

  /** The sessions of a selection, in the store's own order. Nothing is read before the iteration starts. */
  read(request: ReadRequest): SessionReading;

  /**
   * The sessions that a text means, by the first of these ways that finds any (and passes the selection): the whole user
   * id, the user id after `<platform>_`, the start of the user id, a session id or its start, a thread id or its start.
   */
  find(text: string, request: ReadRequest): Promise<FindReading>;

  /** The sessions that each id, or unique start of an id, names. */
  lookup(texts: readonly string[]): Promise<Lookups>;

  stats(request: StatsRequest): Promise<StoreStats>;

  /** What `remove` would do now. Writes nothing and takes no lock. */
  planRemoval(request: RemovalRequest): Promise<RemovalPlan>;

  /**
   * Removes the selected sessions, all in one atomic change; everything else stays byte for byte.
   *
   * `approve` sees the plan as it is under the lock, just before it is carried out, and throws to call it off: then
   * nothing is written. A plan that removes nothing changes nothing.
   *
   * @throws SessionsError STORE_DAMAGED, STORE_LOCKED, STORE_CHANGED, IO_FAILED, CANCELLED: nothing was changed.
   * DURABILITY_UNKNOWN: the change is visible, and a power cut may undo it.
   */
  remove(request: RemovalRequest, control: WriteControl<RemovalPlan>): Promise<WriteResult<RemovalPlan>>;

  /** What `merge` would do now. Changes nothing and takes no lock. */
  planMerge(request: MergeRequest): Promise<MergePlan>;

  /**
   * Takes sessions in, all in one atomic change: new ones behind those that are there, in their order; one whose id is there
   * takes the place of that record where `onConflict` says so. Everything else stays byte for byte. `approve` as in `remove`.
   *
   * @throws SessionsError SESSION_CONFLICT where `onConflict` is "fail", and what `remove` throws: nothing was changed.
   */
  merge(request: MergeRequest, control: WriteControl<MergePlan>): Promise<WriteResult<MergePlan>>;

  /**
   * Makes the store, empty or with sessions in its own form as text in pieces.
   * @throws SessionsError STORE_EXISTS, IO_FAILED; nothing was changed
   */
  create(control: WriteControl<undefined>, content?: Iterable<string>): Promise<void>;
}

/** What differs between the homes that a store can have, as data to ask instead of guess. */
export interface StoreCapabilities {
  readonly engine: "csv" | "postgres" | "redis" | "mongodb";
  /** Sessions have an order of their own that reading and writing keep. */
  readonly keepsOrder: boolean;
  /** The store can hold records that are no decodable session, and keeps them as they are. */
  readonly keepsUndecodable: boolean;
  /** Several sessions with one id can exist; the last one counts. */
  readonly allowsDuplicateIds: boolean;
}

export interface StoreDescription {
  /** All column names in their order, ours and others. */
  readonly columns: Columns;
  /** Size in bytes. */
  readonly byteLength: number;
  /** When it was last changed; undefined where that is not known. */
  readonly modifiedAt: Instant | undefined;
  /** False: the last change was made by another program, without the lock. Undefined: unknown. */
  readonly lastWrittenByUs: boolean | undefined;
}

export interface ReadRequest {
  readonly selection: Selection;
  readonly retention: Retention;
}

/** A stream of decoded sessions in batches, so that millions of them do not cost millions of promises. */
export interface SessionReading extends AsyncIterable<readonly Session[]> {
  /**
   * The sessions as rows of text (UTF-8) instead, in pieces that stay as they are until two others have been asked for, for stores that can make them without decoding every session.
   */
  rows?(layout: RowLayout, page: RowPage): AsyncIterable<Uint8Array>;

  /**
   * The bytes of the sessions instead, in the store's own form and under its own header, for stores that have such a form.
   * With a selection they are the bytes of the records that match; without one they are the whole store, records that are
   * no sessions among them.
   */
  records?(): AsyncIterable<Uint8Array>;

  /** What was left out, complete once the iteration has ended. */
  readonly leftOut: Faults;

  /** How many sessions were given so far. */
  readonly count?: number;
}

/** A part of a list of rows. */
export interface RowPage {
  /** How many rows are left out before it. */
  readonly offset: number;
  /** How many it has at most. */
  readonly limit: number;
}

/** One part of a row of text. */
export type RowPart =
  | { readonly type: "literal"; readonly text: string }
  /** A column's value as it stands; with `isInJsonString` it stands between the quotes of a JSON string. */
  | { readonly type: "text"; readonly column: string; readonly isInJsonString: boolean }
  /** RFC 3339 in UTC. */
  | { readonly type: "time"; readonly column: "created_at" | "last_activity" }
  /** JSON as it stands; `empty` where the column is empty. */
  | { readonly type: "json"; readonly column: "pending_approval" | "metadata"; readonly empty: string }
  | { readonly type: "state" };

/** How a session becomes a row of text. */
export interface RowLayout {
  readonly parts: readonly RowPart[];
  /** Stands between rows. */
  readonly separator: string;
  /** The row of any session, without separators; a plain one's is what `parts` say. */
  renderRow(session: Session): string;
}

export interface FindReading {
  /** How the text was understood; undefined where it means nothing here. */
  readonly matchedBy: "user_id" | "bare user id" | "start of user_id" | "session_id" | "thread_id" | undefined;
  /** How many sessions the reading has. */
  readonly count: number;
  /** From the version that was searched; can be iterated once. */
  readonly sessions: SessionReading;
  /** Gives back what holds that version, for callers that do not iterate to the end; may be called again. */
  close(): void;
}

export interface Lookups {
  /** One answer for each text, in their order. */
  readonly lookups: readonly Lookup[];
  /** Records that were not looked at, because they are not whole. */
  readonly leftOut: Faults;
}

export interface Lookup {
  readonly text: string;
  /** Every record with the id that the text names, in the store's order; the last one counts. Empty: no such session. */
  readonly sessions: readonly Session[];
  /** The ids that the text could mean, when there are several: the first five. Then `sessions` is empty. */
  readonly ambiguous: readonly string[];
}

export interface StatsRequest extends ReadRequest {
  readonly grouping: StatsGrouping;
}

export interface StoreStats extends SessionStats {
  readonly leftOut: Faults;
  readonly byteLength: number;
}

/** Records with something wrong. */
export interface Faults {
  readonly count: number;
  /** The first ones, at most twenty, in the store's order. */
  readonly findings: readonly Finding[];
}

export interface RemovalRequest extends ReadRequest {
  /** Sessions with a pending approval stay, even when selected. */
  readonly keepPending: boolean;
  /** Also collect the ids that would go, to compare a later plan with. */
  readonly collectIds?: boolean;
}

/** What a removal does, as data: shown before, logged after. */
export interface RemovalPlan {
  /** Records in the store: sessions, and what cannot be decoded. */
  readonly total: number;
  readonly removed: number;
  /** Removed although an approval is pending. */
  readonly removedPending: number;
  /** Selected, and kept because an approval is pending. */
  readonly keptPending: number;
  /** Selected, and kept because they cannot be decoded; they are among `undecodable`. */
  readonly keptUndecodable: number;
  /** Records that cannot be decoded; all of them are kept byte for byte. */
  readonly undecodable: Faults;
  /** Last activity of what is removed. */
  readonly oldest: Instant | undefined;
  readonly newest: Instant | undefined;
  /** The first five that are removed. */
  readonly sample: readonly Session[];
  /** Ids of what is removed, where they were asked for. */
  readonly ids: ReadonlySet<string> | undefined;
}

/** Which of two sessions with one id counts: the one that was active last, the one that is there, the one that comes. */
export type ConflictPolicy = "newest" | "skip" | "replace" | "fail";

export interface MergeRequest {
  /**
   * What comes in; may be asked for more than once. Of several sessions with one id the last one counts; with "newest" the
   * one that was active last.
   */
  readonly incoming: () => Iterable<IncomingSession> | AsyncIterable<IncomingSession>;
  readonly onConflict: ConflictPolicy;
  /** The header line, line break included, of the store that is made where there is none; left out, none is made. */
  readonly createWith?: string | undefined;
}

/** A session that is to be taken in. Needs to be valid only until the next one is asked for. */
export interface IncomingSession {
  readonly sessionId: string;
  /**
   * Text by column, as it is to stand in the store. A column that is not named keeps its value where the session replaces
   * one, and is empty where it is added.
   */
  readonly values: ReadonlyMap<string, string>;
  /** The record's bytes without a line break, where they are in the store's form, columns and order already. */
  readonly raw?: Uint8Array | undefined;
  /** Where it comes from, for people: "record 12". */
  readonly origin: string;
}

/** What a merge does, as data. Of each session that comes in one thing is true: `incoming` is the sum. */
export interface MergePlan {
  /** Sessions that come in. */
  readonly incoming: number;
  readonly added: number;
  readonly replaced: number;
  /** The session that is there counts. */
  readonly skipped: number;
  /** The very same record is there. */
  readonly unchanged: number;
  /** Another one with the same id comes in, and counts. */
  readonly repeated: number;
  /** Ids that come in and are there already with another record, or come in with several. */
  readonly conflicts: MergeConflicts;
}

export interface MergeConflicts {
  readonly count: number;
  /** The first ones, at most twenty; those `within` what comes in are the last ones. */
  readonly ids: readonly string[];
  /** How many of them only come in with different records, and have no other record in the store. */
  readonly within: number;
}

/** What a change did. */
export interface WriteResult<Plan> {
  readonly plan: Plan;
  /** The change's number in the log; undefined where it was not logged, or changed nothing. */
  readonly number: number | undefined;
  /** What of the old file could not be kept, in closed codes; see `storage/atomic-replace.ts`. */
  readonly warnings: readonly string[];
}

export interface WriteControl<Plan> {
  /** Sees the plan as it is under the lock, just before it is carried out, and throws to call it off. */
  readonly approve?: ((plan: Plan) => void) | undefined;
  /** Ends the operation before its change is made. */
  readonly signal?: AbortSignal | undefined;
  /** Who changes the store and how; left out, the change is not written into the log. */
  readonly origin?: ChangeOrigin | undefined;
}

/** Who changes a store, and how: said by the caller, told by the log. */
export interface ChangeOrigin {
  readonly time: Date;
  readonly user: string;
  readonly host: string;
  /** The command as typed, secrets left out. */
  readonly command: string;
  /** What was selected, in words; left out where the whole file changes. */
  readonly selection?: string;
  /** The number of the change that this one takes back. */
  readonly undoes?: number;
}
