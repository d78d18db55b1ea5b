// What a program that does not know the lock, such as an editor, made of sessions that this manager changed too. Every change
// of ours moves `last_activity`: a record with an earlier one was made by somebody who did not know our change.
import { SessionsError } from "../errors.js";
import type { ColumnName } from "../session/columns.js";
import { formatTimestamp, parseTimestamp, type Instant } from "../session/timestamp.js";
import type { Conflicts } from "../store/live-csv.js";
import { hasWritten, type LiveSession, type LiveSessions, type SessionTexts } from "./live-sessions.js";
import type { ManagedSession } from "./managed-session.js";
import type { Touch } from "./touches.js";

/** A session that both the manager and a program without the lock changed. What does not count any more is in the log. */
export interface SessionConflict {
  readonly sessionId: string;
  /** Whose value counts, by column that both changed; empty where one of them removed the session: it is gone then. */
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
  /** What the manager had written, and the file has lost. */
  readonly putBack: SessionTexts;
  /** The changes of the session that wait are not to be made: the file's version is later, or is another user's. */
  readonly isRefused: boolean;
}

/** A session is another one where one of these is. */
const IDENTITY = ["user_id", "platform", "thread_id"] as const;
const CHANGEABLE = ["pending_approval", "metadata"] as const;

/**
 * Compares the manager's sessions with what a program without the lock wrote, as far as the manager changed them: changes and
 * touches that wait, and what it has written before.
 *
 * Where it is in doubt whether the file was written without the lock, it counts as it is, and what waits is made on top of it,
 * as is right for programs with the lock; what both changed is found all the same.
 *
 * @param ours with everything that is not written in its `before`
 * @param theirs as it was read
 */
export function findHandEdits(
  ours: LiveSessions,
  theirs: LiveSessions,
  touches: ReadonlyMap<string, Touch>,
  isInDoubt: boolean,
): HandEdit[] {
  const comparison = new Comparison(ours, theirs, touches, isInDoubt);
  const edits: (HandEdit | undefined)[] = [];
  for (const session of ours.all()) {
    if (session.written > 0 || touches.has(session.sessionId)) edits.push(comparison.judge(session));
  }
  for (const [sessionId, before] of ours.before) {
    if (ours.find(sessionId) === undefined) edits.push(comparison.judgeDeleted(sessionId, before));
  }
  return edits.filter((edit) => edit !== undefined);
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
    this.#haveSameColumns = ours.columnNames.join() === theirs.columnNames.join();
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
    return this.#edit(sessionId, { ours, file, kept, putBack, isRefused });
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
      putBack = {},
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
      putBack,
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
export function putBack(sessions: LiveSessions, { conflict: { sessionId }, putBack: texts }: HandEdit): void {
  const session = sessions.find(sessionId);
  const known = parseTimestamp(texts.last_activity ?? "");
  // Memory may be later than the record, by a touch.
  if (session === undefined || parseTimestamp(sessions.text(session, "last_activity")) >= known) return;
  session.lastActivity = Math.max(session.lastActivity, known);
  sessions.change(session, texts);
  session.isPending = sessions.view(session).hasPendingApproval;
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
