import type { LockHolder } from "../errors.js";
import type { JsonInputObject } from "../session/json-dumps.js";
import type { RawJson } from "../session/raw-json.js";
import type { Faults } from "../store/store.js";
import type { SessionConflict } from "./hand-edits.js";
import type { ManagedSession } from "./managed-session.js";
import type { TimeSource } from "./system-time.js";

export interface SessionManagerOptions {
  /** Path of the sessions file. It is made, empty, where there is none. */
  readonly store: string;
  /** A session that has been idle for this long is expired: it is not returned any more. More than 0; 60. */
  readonly timeoutMinutes?: number;
  /** How often `cleanupExpiredSessions` removes expired sessions from the file; 0: only where it is called. 5. */
  readonly cleanupIntervalMinutes?: number;
  /**
   * `last_activity` may be this much late in the file: touches of this time are written together. 1,000. Servers on one file need
   * the same one, and the same `lockWaitMs`: a cleanup leaves others so much time to write what they touched.
   */
  readonly touchDelayMs?: number;
  /**
   * Writes only when so many changes wait, or the first of them has waited so long. What changes is then acknowledged
   * BEFORE it is written: a process that is killed loses the changes of up to `everyMs`, and at most `changes` of them.
   * `flush` waits for the disk. A process that has nothing else to do lives until they are written. Left out, every change is on the disk when it is acknowledged.
   */
  readonly batch?: { readonly everyMs: number; readonly changes: number };
  /** How long a commit waits for another program's lock, in milliseconds; 10,000. */
  readonly lockWaitMs?: number;
  /** What others are told who wait for the lock; left out, process id, host and "session manager". */
  readonly holder?: LockHolder;
  /** Ends the waiting for another program's lock, with CANCELLED, when the process is to end. */
  readonly signal?: AbortSignal;
  /** Clock and timers; left out, those of the system. */
  readonly time?: TimeSource;
  /** Makes session and thread ids; left out, UUIDs of version 4. An id that a session in the file has is refused (VALUE_REFUSED). */
  readonly createId?: () => string;
}

/**
 * What a manager tells of. While somebody listens to `created`, `changed` or `removed`, the manager looks every second
 * whether another program changed the file; what others did to sessions is told as what this manager does.
 */
export interface SessionManagerEvents {
  /** A session is in the file. */
  created: [session: ManagedSession];
  /** What stands in the file of a session is another; a last activity that moved counts too. */
  changed: [session: ManagedSession];
  /** A session is gone from the file: deleted, or cleaned up when it had expired. */
  removed: [session: RemovedSession];
  /** Expired sessions are gone from the file. */
  expired: [sessionIds: readonly string[]];
  /** Another program changed the file; it was read anew. */
  reloaded: [contents: LoadedContents];
  /**
   * A program that does not know the lock, such as an editor, changed a session that this manager changed too, removed one that it
   * cannot have seen, or brought back one that was removed. What counts says `kept`; the other version is in `<file>.d/log/conflict-<time>.jsonl`, on the disk.
   */
  conflict: [conflict: SessionConflict];
  /** A commit failed whose changes nobody waits for, or the file cannot be read any more, which is told once until it can. */
  error: [error: unknown];
}

/** What a manager has in memory, of the file as it is. */
export interface LoadedContents {
  readonly sessions: number;
  /** Of them, those that are expired: they are in the file until they are cleaned up. */
  readonly expired: number;
  /** Records that cannot be decoded. They stay in the file, byte for byte. */
  readonly damaged: Faults;
}

/**
 * User and platform are texts that are not empty, with no white space or byte order mark around them, no control characters,
 * line breaks or halves of characters in them, and no numbers as a spreadsheet rounds them (1.2E+15).
 */
export interface NewSessionRequest {
  readonly userId: string;
  readonly platform: string;
  readonly metadata?: JsonInputObject | RawJson;
}

/** Which sessions are listed; left out, all active ones. */
export interface ListRequest {
  readonly userId?: string;
  readonly platform?: string;
  readonly state?: "active" | "all";
  /** So many before are left out; 0. */
  readonly offset?: number;
  readonly limit?: number;
}

export interface SessionPage {
  /** In the order of the file, but for those whose id has an earlier record too. */
  readonly sessions: readonly ManagedSession[];
  /** How many there are, on all pages. */
  readonly count: number;
}

/** What is left to say of a session that is gone. */
export interface RemovedSession {
  readonly sessionId: string;
  readonly userId: string;
  readonly platform: string;
}
