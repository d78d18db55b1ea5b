import { parseTimestamp } from "../session/timestamp.js";
import type { FileHistory, RemovedRecord } from "./file-history.js";
import type { LiveSessions } from "./live-sessions.js";

/**
 * Which version of the file somebody had read who wrote it without the lock, as far as the records say that are as they were: one
 * that we know is a sign that it was not read before that record came to be, one with an earlier activity that it was.
 */
export class EditedVersion {
  readonly #ours: LiveSessions;
  readonly #theirs: LiveSessions;
  readonly #history: FileHistory;
  /** The version that was read is certainly not one before. */
  readonly #earliest: number;
  /** It is certainly one before. */
  readonly #end: number;

  constructor(ours: LiveSessions, theirs: LiveSessions, history: FileHistory) {
    this.#ours = ours;
    this.#theirs = theirs;
    this.#history = history;
    let earliest = 0;
    let end = Infinity;
    for (const [sessionId, version] of history.written) {
      if (version > earliest && this.isUnchanged(sessionId)) earliest = version;
      if (version < end && this.#isOlder(sessionId)) end = version;
    }
    this.#earliest = earliest;
    this.#end = end;
  }

  /** A session was made, and nothing shows that the version that was read had it. */
  isUnseen(sessionId: string): boolean {
    return (this.#history.madeIn(sessionId) ?? 0) > this.#earliest;
  }

  /** The version that was read certainly did not have the session any more. */
  isWithout({ version }: RemovedRecord): boolean {
    return version <= this.#earliest;
  }

  /** The version that was read certainly had it still. */
  isBefore({ version }: RemovedRecord): boolean {
    return this.#end <= version;
  }

  /** The record is the one that we know from the file. */
  isUnchanged(sessionId: string): boolean {
    const file = this.#theirs.find(sessionId);
    return file !== undefined && this.#theirs.recordOf(file) === this.known(sessionId);
  }

  #isOlder(sessionId: string): boolean {
    const file = this.#theirs.find(sessionId);
    // In memory it may be later than in the record, never earlier.
    if (file === undefined || file.lastActivity >= (this.#ours.find(sessionId)?.lastActivity ?? Infinity)) return false;
    const known = this.known(sessionId);
    return known !== undefined && file.lastActivity < parseTimestamp(this.#ours.textIn(known, "last_activity"));
  }

  /** The record as the manager knows it from the file; empty for a new one. */
  known(sessionId: string): string | undefined {
    const before = this.#ours.before.get(sessionId);
    if (before !== undefined) return before;
    const session = this.#ours.find(sessionId);
    return session && this.#ours.recordOf(session);
  }
}
