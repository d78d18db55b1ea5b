// What a program that does not know the lock, such as an editor, made of sessions that this manager changed too. Every change
// of ours moves `last_activity`: a record with an earlier one was made by somebody who did not know our change.
import { isDeepStrictEqual } from "node:util";
import { SessionsError } from "../errors.js";
import type { ColumnName } from "../session/columns.js";
import { formatTimestamp, parseTimestamp, type Instant } from "../session/timestamp.js";
import type { Conflicts, Writer } from "../store/live-csv.js";
import { EditedVersion } from "./edited-version.js";
import type { FileHistory, RemovedRecord } from "./file-history.js";
import { hasWritten, type LiveSession, type LiveSessions, type SessionTexts } from "./live-sessions.js";
import type { ManagedSession } from "./managed-session.js";
import type { Touch } from "./touches.js";

/** A session that both the manager and a program without the lock changed. What does not count any more is in the log. */
export interface SessionConflict {
  readonly sessionId: string;
  /**
   * Whose value counts, by column that both changed. `session_id` where one of them has no such session, and it stays: the manager
   * puts back what was made after the version that was edited, or the file has again what was removed. Empty where it is gone.
   */
  readonly kept: Readonly<Partial<Record<ColumnName, "manager" | "file">>>;
  /** As the manager had it; undefined where it was deleted. */
  readonly manager: ManagedSession | undefined;
  /** As it stood in the file; undefined where it was gone, or could not be decoded any more (such a record stays). */
  readonly file: ManagedSession | undefined;
}

export interface HandEdit {
  readonly conflict: SessionConflict;
  /** Both records, as they stand in their versions of the file. */
  readonly records: { readonly manager: Buffer | undefined; readonly file: Buffer | undefined };
  /** Writes what the file has lost, or removes what it has again; does nothing where another program did so meanwhile. */
  readonly mend: ((sessions: LiveSessions) => void) | undefined;
  /** The changes of the session that wait are not to be made: the file's version is later, or is another user's. */
  readonly isRefused: boolean;
}

/** A session is another one where one of these is. */
const IDENTITY = ["user_id", "platform", "thread_id"] as const;
const CHANGEABLE = ["pending_approval", "metadata"] as const;

/**
 * Compares the manager's sessions with what a program without the lock wrote, as far as they were changed: changes and
 * touches that wait, and what programs with the lock have written since the manager knows them.
 *
 * Where it is in doubt whether the file was written without the lock, it counts as it is, and what waits is made on top of it,
 * as is right for programs with the lock; what both changed is found all the same. Where both kinds of programs wrote it, what is
 * missing stays missing, and what is there again stays: either may be the work of the one with the lock.
 *
 * @param ours with everything that is not written in its `before`
 * @param theirs as it was read
 */
export function findHandEdits(
  ours: LiveSessions,
  theirs: LiveSessions,
  touches: ReadonlyMap<string, Touch>,
  history: FileHistory,
  writer: Exclude<Writer, "ours">,
): HandEdit[] {
  const isInDoubt = writer === "in doubt";
  const comparison = new Comparison(ours, theirs, touches, isInDoubt);
  const base = new EditedVersion(ours, theirs, history);
  const found: (HandEdit | undefined)[] = [];
  for (const session of ours.all()) {
    const { sessionId } = session;
    const isUnseen = theirs.find(sessionId) === undefined && base.isUnseen(sessionId);
    const isMissed = isUnseen && writer === "both";
    if (isUnseen && writer === "foreign") found.push(comparison.putBack(session));
    else if (isMissed || session.written > 0 || touches.has(sessionId)) found.push(comparison.judge(session));
  }
  for (const [sessionId, before] of ours.before) {
    if (ours.find(sessionId) === undefined) found.push(comparison.judgeDeleted(sessionId, before));
  }
  for (const [sessionId, removed] of history.removed) {
    const isInMemory = ours.find(sessionId) !== undefined || ours.before.has(sessionId);
    const file = isInMemory ? undefined : theirs.find(sessionId);
    if (file !== undefined && !base.isWithout(removed)) {
      found.push(comparison.judgeReturned(file, removed, writer === "foreign" && base.isBefore(removed)));
    }
  }
  const edits = found.filter((edit) => edit !== undefined);
  const mended = edits.filter(({ mend }) => mend !== undefined).map(({ conflict }) => conflict.sessionId);
  const putBack = new Map<string, string>();
  for (const sessionId of mended) {
    const known = base.known(sessionId);
    if (known !== undefined) putBack.set(sessionId, known);
  }
  history.noteForeign(
    (sessionId) => base.isUnchanged(sessionId),
    (sessionId) => theirs.find(sessionId) !== undefined || putBack.has(sessionId),
    putBack,
  );
  return edits;
}

class Comparison {
  readonly #ours: LiveSessions;
  readonly #theirs: LiveSessions;
  readonly #touches: ReadonlyMap<string, Touch>;
  readonly #isInDoubt: boolean;
  readonly #haveSameColumns: boolean;

  constructor(ours: LiveSessions, theirs: LiveSessions, touches: ReadonlyMap<string, Touch>, isInDoubt: boolean) {
    this.#isInDoubt = isInDoubt;
    this.#ours = ours;
    this.#theirs = theirs;
    this.#touches = touches;
    this.#haveSameColumns = isDeepStrictEqual(ours.columnNames, theirs.columnNames);
  }

  /** A session that was made after the version that was edited: nobody has removed it. */
  putBack(ours: LiveSession): HandEdit | undefined {
    const known = this.#ours.before.get(ours.sessionId) ?? this.#ours.recordOf(ours);
    // A new one was never in the file, and waits.
    if (known === "") return undefined;
    const { columnNames } = this.#ours;
    const mend = (sessions: LiveSessions): void => addAgain(sessions, ours, known, columnNames);
    return this.#edit(ours.sessionId, { ours, kept: { session_id: "manager" }, mend });
  }

  /**
   * A session that was removed and is in the file again.
   * @param isStale the version that was edited certainly had it
   */
  judgeReturned(file: LiveSession, { lastActivity }: RemovedRecord, isStale: boolean): HandEdit {
    const { sessionId } = file;
    if (!isStale || file.lastActivity > lastActivity)
      return this.#edit(sessionId, { file, kept: { session_id: "file" } });
    const mend = (sessions: LiveSessions): void => {
      const session = sessions.find(sessionId);
      if (session !== undefined && session.lastActivity <= lastActivity) sessions.remove(session);
    };
    return this.#edit(sessionId, { file, mend });
  }

  /** A session that this manager deletes. */
  judgeDeleted(sessionId: string, before: string): HandEdit | undefined {
    const file = this.#theirs.find(sessionId);
    if (file === undefined || this.#isSame(before, file)) return undefined;
    return this.#edit(sessionId, { file });
  }

  /** @returns undefined where nothing of either version is lost */
  judge(ours: LiveSession): HandEdit | undefined {
    const { sessionId } = ours;
    const before = this.#ours.before.get(sessionId);
    const known = before ?? this.#ours.recordOf(ours);
    // A new one was never in the file.
    if (known.length === 0) return undefined;
    const file = this.#theirs.find(sessionId);
    if (file === undefined) return this.#edit(sessionId, { ours });
    return this.#isSame(known, file) ? undefined : this.#compare(ours, known, file);
  }

  #compare(ours: LiveSession, known: string, file: LiveSession): HandEdit | undefined {
    const { sessionId } = ours;
    const touch = this.#touches.get(sessionId);
    const knownText = (column: ColumnName): string => this.#ours.textIn(known, column);
    const isEdited = (column: ColumnName): boolean => knownText(column) !== this.#theirs.text(file, column);
    const isWaiting = (column: ColumnName): boolean => knownText(column) !== this.#ours.text(ours, column);
    const knownActivity = touch?.from ?? parseTimestamp(knownText("last_activity"));
    const isStale = file.lastActivity < knownActivity;

    const kept: Partial<Record<ColumnName, "manager" | "file">> = {};
    const others = IDENTITY.filter(isEdited);
    if (others.length > 0) {
      for (const column of others) kept[column] = "file";
      const isOurs = isStale || touch !== undefined || CHANGEABLE.some(isWaiting);
      return isOurs ? this.#edit(sessionId, { ours, file, kept, isRefused: true }) : undefined;
    }

    let isRefused = false;
    const putBack: Partial<Record<ColumnName, string>> = {};
    for (const column of CHANGEABLE.filter(isEdited)) {
      const isWritten = hasWritten(ours, column);
      if (isStale && isWritten && !this.#isInDoubt) putBack[column] = knownText(column);
      if (this.#theirs.text(file, column) === this.#ours.text(ours, column)) continue;
      // With the activity that we know, they changed what we had written: an edit like any other.
      if (!isWaiting(column) && !(isWritten && file.lastActivity !== knownActivity)) continue;
      const isTheirs = this.#isInDoubt
        ? !isWaiting(column)
        : file.lastActivity > (isWaiting(column) ? ours.lastActivity : knownActivity);
      kept[column] = isTheirs ? "file" : "manager";
      if (isTheirs && isWaiting(column)) isRefused = true;
    }
    const isTakenBack = isStale && !this.#isInDoubt && hasWritten(ours, "last_activity");
    const isOurActivity = ours.lastActivity !== knownActivity || isTakenBack;
    if (isTakenBack) putBack.last_activity = formatTimestamp(knownActivity);
    if (isOurActivity && file.lastActivity !== knownActivity && file.lastActivity !== ours.lastActivity) {
      kept.last_activity = file.lastActivity > ours.lastActivity ? "file" : "manager";
    }
    if (Object.keys(kept).length === 0) return undefined;
    const isLost = putBack.last_activity !== undefined;
    const mend = isLost ? (sessions: LiveSessions) => writeAgain(sessions, sessionId, putBack) : undefined;
    return this.#edit(sessionId, { ours, file, kept, mend, isRefused });
  }

  #isSame(record: string, file: LiveSession): boolean {
    return this.#haveSameColumns && record === this.#theirs.recordOf(file);
  }

  #edit(
    sessionId: string,
    {
      ours,
      file,
      kept = {},
      mend,
      isRefused = false,
    }: { ours?: LiveSession; file?: LiveSession; kept?: SessionConflict["kept"] } & Partial<HandEdit>,
  ): HandEdit {
    return {
      conflict: {
        sessionId,
        kept,
        manager: ours && this.#ours.view(ours),
        file: file && this.#theirs.view(file),
      },
      records: {
        manager: ours && Buffer.from(this.#ours.recordOf(ours), "latin1"),
        file: file && Buffer.from(this.#theirs.recordOf(file), "latin1"),
      },
      mend,
      isRefused,
    };
  }
}

/** What goes into the log with a commit. */
export function conflictsToLog(edits: Iterable<HandEdit>, now: Instant): Conflicts {
  const found = Array.from(edits, ({ conflict: { sessionId, kept }, records }) => ({ sessionId, kept, ...records }));
  return { time: new Date(now / 1000), found };
}

/** Writes what the manager had written and the file has lost, unless a later version has come meanwhile. */
function writeAgain(sessions: LiveSessions, sessionId: string, texts: SessionTexts): void {
  const session = sessions.find(sessionId);
  const known = parseTimestamp(texts.last_activity ?? "");
  // Memory may be later than the record, by a touch.
  if (session === undefined || parseTimestamp(sessions.text(session, "last_activity")) >= known) return;
  session.lastActivity = Math.max(session.lastActivity, known);
  sessions.change(session, texts);
}

/** Adds a session as it was in the file, with the last activity that was in memory. */
function addAgain(sessions: LiveSessions, ours: LiveSession, record: string, columnNames: readonly string[]): void {
  if (sessions.find(ours.sessionId) !== undefined) return;
  const session = sessions.addAgain(ours, record, columnNames);
  const known = parseTimestamp(sessions.text(session, "last_activity"));
  if (session.lastActivity > known) sessions.change(session, { last_activity: formatTimestamp(session.lastActivity) });
}

/** Why a change that waits is not made. */
export function refusalOf(path: string, sessionId: string): SessionsError {
  return new SessionsError("STORE_CHANGED", {
    path,
    ids: [sessionId],
    reason: "another program edited the session meanwhile; its version is later and counts",
    hint: "Look at the session and decide again",
  });
}
