// In which version of the file programs with the lock made, wrote and removed sessions, as far as a manager saw it happen: by that
// it is judged which version an editor had read.
import { parseTimestamp, type Instant } from "../session/timestamp.js";
import type { LiveSessions } from "./live-sessions.js";
import type { Touch } from "./touches.js";

/** What a commit writes. */
export interface WrittenChanges {
  /** The records as they were, by session; empty for new ones. */
  readonly before: ReadonlyMap<string, string>;
  readonly changedIds: ReadonlySet<string>;
  readonly touches: ReadonlyMap<string, Touch>;
}

/** A session that is gone from the file. */
export interface RemovedRecord {
  readonly version: number;
  /** As its last record said. */
  readonly lastActivity: Instant;
}

/** So many of the sessions that were removed last are known. */
const MOST_REMOVED = 10_000;

export class FileHistory {
  /** They count up; not every number is one. */
  #version = 0;
  readonly #made = new Map<string, number>();
  /** Of the record as it is. */
  readonly #written = new Map<string, number>();
  readonly #removed = new Map<string, RemovedRecord>();
  /** Records that are put back, and in which version they came to be, where that is known. */
  readonly #putBack = new Map<string, { readonly record: string; readonly version: number | undefined }>();

  /** Undefined for sessions that were there before, or that somebody wrote by hand. */
  madeIn(sessionId: string): number | undefined {
    return this.#made.get(sessionId);
  }

  /** In which version a record came to be as it is, by session. */
  get written(): ReadonlyMap<string, number> {
    return this.#written;
  }

  get removed(): ReadonlyMap<string, RemovedRecord> {
    return this.#removed;
  }

  /** What a commit has taken. @returns to be called when it is in the file */
  noteCommit(sessions: LiveSessions, { before, changedIds, touches }: WrittenChanges): () => void {
    const version = (this.#version += 1);
    const notes: (() => void)[] = [];
    for (const id of changedIds) {
      const session = sessions.find(id);
      const known = before.get(id);
      const earlier = this.#putBack.get(id);
      if (earlier !== undefined) notes.push(() => void this.#putBack.delete(id));
      if (session === undefined) {
        // Empty: it was never in the file.
        if (known !== undefined && known !== "") notes.push(this.#removal(sessions, id, known, version));
        continue;
      }
      const touch = touches.get(id);
      const isSame = known === undefined ? touch?.from === touch?.to : known === sessions.recordOf(session);
      if (earlier?.record === sessions.recordOf(session)) notes.push(() => this.#notePutBack(id, earlier.version));
      else if (!isSame) notes.push(() => void this.#written.set(id, version));
      if (known === "") notes.push(() => this.#noteMade(id, version));
    }
    return () => {
      for (const note of notes) note();
    };
  }

  /**
   * What other programs with the lock made of the file since. In which order is not known, so that nothing of it is a sign for
   * anything else of it.
   */
  noteOthers(ours: LiveSessions, theirs: LiveSessions, touches: ReadonlyMap<string, Touch>): void {
    this.#version += 3;
    for (const session of ours.all()) {
      const { sessionId } = session;
      if (theirs.find(sessionId) !== undefined) continue;
      const known = ours.before.get(sessionId) ?? ours.recordOf(session);
      if (known !== "") this.#removal(ours, sessionId, known, this.#version - 2)();
    }
    for (const { sessionId, lastActivity } of theirs.all()) {
      // What waits is written later, and noted then.
      if (ours.before.has(sessionId)) continue;
      const session = ours.find(sessionId);
      if (session === undefined) this.#noteMade(sessionId, this.#version);
      const known = touches.get(sessionId)?.from ?? session?.lastActivity;
      if (lastActivity !== known) this.#written.set(sessionId, this.#version - 1);
    }
  }

  /**
   * What a program without the lock wrote is no sign of what it had read.
   * @param isUnchanged whether a session's record is the one that we know
   * @param isThere whether it is in the file, or put back there
   * @param putBack the records that are put back, as we know them: who has one of them had read it before
   */
  noteForeign(
    isUnchanged: (sessionId: string) => boolean,
    isThere: (sessionId: string) => boolean,
    putBack: ReadonlyMap<string, string>,
  ): void {
    for (const [id, record] of putBack) {
      const version = this.#written.get(id);
      // Until it is written, another edit compares with what the first one left.
      if (version !== undefined || !this.#putBack.has(id)) this.#putBack.set(id, { record, version });
    }
    for (const id of this.#written.keys()) if (!isUnchanged(id)) this.#written.delete(id);
    for (const id of this.#made.keys()) if (!isThere(id)) this.#made.delete(id);
  }

  #notePutBack(sessionId: string, version: number | undefined): void {
    if (version === undefined) this.#written.delete(sessionId);
    else this.#written.set(sessionId, version);
  }

  #noteMade(sessionId: string, version: number): void {
    this.#removed.delete(sessionId);
    // What is put back was made before.
    if (!this.#made.has(sessionId)) this.#made.set(sessionId, version);
  }

  #removal(sessions: LiveSessions, sessionId: string, record: string, version: number): () => void {
    const lastActivity = parseTimestamp(sessions.textIn(record, "last_activity"));
    return () => {
      this.#made.delete(sessionId);
      this.#written.delete(sessionId);
      this.#removed.delete(sessionId);
      this.#removed.set(sessionId, { version, lastActivity });
      for (const oldest of this.#removed.keys()) {
        if (this.#removed.size <= MOST_REMOVED) break;
        this.#removed.delete(oldest);
      }
    };
  }
}
