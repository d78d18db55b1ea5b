// Law 4: acknowledged means fsynced.
import { SessionsError } from "../errors.js";
import type { Conflicts } from "../store/live-csv.js";
import type { Faults } from "../store/store.js";
import type { CheckedOptions } from "./checked-options.js";
import { CommitLoop } from "./commit-loop.js";
import type { DurableListener } from "./durable-listener.js";
import { conflictsToLog } from "./hand-edits.js";
import type { LiveSession, LiveSessions } from "./live-sessions.js";
import { LoadedSessions } from "./loaded-sessions.js";
import type { Timer } from "./system-time.js";
import { Taken } from "./taken.js";

export type DurableSettings = Pick<CheckedOptions, "file" | "locking" | "touchDelayMs" | "batch" | "time">;

/** How often it is looked at where nobody asks and somebody listens. */
const WATCH_EVERY_MS = 1000;
/** How often a commit is tried again where another program writes the file between the look and the rename. */
const ATTEMPTS = 3;

/**
 * The sessions of a file in memory, and their way to the disk: changes that come while a commit is under way share the next
 * one; last activities are written together, a little late; what another program writes is read before anything is written.
 */
export class DurableSessions {
  readonly #loaded: LoadedSessions;
  readonly #settings: DurableSettings;
  readonly #listener: DurableListener;
  readonly #commits: CommitLoop;
  #watchTimer: Timer | undefined;
  /** A commit has taken what it writes, and is not over. */
  #isWriting = false;
  #commitCount = 0;
  #closing: Promise<void> | undefined;

  /** @throws SessionsError as `LiveCsv` */
  constructor(settings: DurableSettings, listener: DurableListener) {
    this.#settings = settings;
    this.#listener = listener;
    this.#commits = new CommitLoop(settings.time, () => this.#commit());
    this.#loaded = new LoadedSessions(settings, listener, () => this.#commits.now());
  }

  get path(): string {
    return this.#loaded.live.path;
  }

  /** Others after each time that the file is read anew. */
  get sessions(): LiveSessions {
    return this.#loaded.sessions;
  }

  /** Records that cannot be decoded. */
  get damaged(): Faults {
    return this.#loaded.live.image.leftOut;
  }

  /** Looks whether another program changed the file, now and then; where it cannot be read, what is in memory counts. */
  look(): void {
    this.#requireOpen();
    if (this.#commits.work === undefined) this.#loaded.lookNowAndThen();
  }

  /** As `LoadedSessions.latest`, for who is about to say that a session is not there. */
  latest(): LiveSessions {
    this.#requireOpen();
    // While it is written nobody else writes it under the lock, and what they wrote before was read.
    return this.#isWriting ? this.sessions : this.#loaded.latest();
  }

  /** How many versions of the file were written. */
  get commitCount(): number {
    return this.#commitCount;
  }

  /** Why the file cannot be read or written, as far as that is known; undefined where all is well. */
  findTrouble(): unknown {
    this.look();
    return this.#loaded.trouble.find(this.#settings.time.now(), this.#loaded.live.image.borderFault);
  }

  /** Tells from here on, or no more, what happens to sessions, and looks for it where nobody asks. */
  watch(isWanted: boolean): void {
    this.#watchTimer?.cancel();
    this.#watchTimer = undefined;
    if (!isWanted || this.#closing !== undefined) {
      this.#loaded.told.end();
      return;
    }
    this.#loaded.told.begin(this.sessions);
    this.#watchTimer = this.#settings.time.after(WATCH_EVERY_MS, () => {
      // Planned first: a listener that hears of what is seen may be the last one, or close.
      this.watch(true);
      if (this.#closing === undefined) this.look();
    });
  }

  /** The session was active now. It is written a little later, with others. */
  touch(session: LiveSession): void {
    this.#loaded.waiting.touches.add(session, this.#settings.time.now());
    this.#commits.plan(this.#settings.touchDelayMs);
  }

  /**
   * Makes a change in memory at once, and again on what another program wrote meanwhile.
   * @param sessionId the session that it changes; undefined for a new one
   * @returns its result, when it is on the disk; with `batch` at once
   * @throws what `run` throws, and the SessionsErrors of `LiveCsv.commit`: the change is taken back
   */
  async change<Result>(run: () => Result, sessionId?: string): Promise<Result> {
    this.#requireOpen();
    const { batch } = this.#settings;
    if (batch === undefined) {
      const written = this.#loaded.waiting.queue.add(run, { sessionId });
      this.#commits.now();
      return written;
    }
    let result: Result | undefined;
    const written = this.#loaded.waiting.queue.add(() => (result = run()), { sessionId, isAcknowledged: true });
    // It is acknowledged already: where it cannot be made any more, nobody waits for it.
    written.catch((error: unknown) => this.#listener.failed(error));
    if (this.#loaded.waiting.queue.size >= batch.changes) this.#commits.now();
    else this.#commits.plan(batch.everyMs);
    return result as Result;
  }

  /** Resolves when everything that was changed or touched before is on the disk. */
  async flush(): Promise<void> {
    this.#requireOpen();
    const written = this.#loaded.waiting.queue.add(() => undefined);
    this.#commits.now();
    await written;
  }

  /**
   * Writes what is not written yet, and what a program without the lock took back since, and gives the file back; where there
   * is none of it, the file is looked at and not touched. May be called again: a failure is told once.
   */
  async close(): Promise<void> {
    if (this.#closing === undefined) await (this.#closing = this.#end());
    else await this.#closing.catch(() => undefined);
  }

  async #end(): Promise<void> {
    try {
      if (!this.#isAtRest() || this.#loaded.lookLast()) await this.flush();
    } finally {
      await this.#commits.end();
      this.watch(false);
      this.#loaded.live.close();
    }
  }

  #isAtRest(): boolean {
    return !this.#loaded.waiting.isNeeded && this.#commits.work === undefined && !this.#loaded.live.isUnsure;
  }

  /** It is being closed, or is closed. */
  get isClosed(): boolean {
    return this.#closing !== undefined;
  }

  #requireOpen(): void {
    if (this.#closing === undefined) return;
    const hint = "Open another one with SessionManager.open";
    throw new SessionsError("USAGE", { reason: "this session manager is closed", hint });
  }

  /** Writes all that waits. Never rejects. */
  async #commit(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const taken = new Taken();
      try {
        await this.#loaded.live.commit(
          (writer) => this.#loaded.reload(writer),
          () => this.#take(taken),
        );
        this.#loaded.trouble.wasWritten();
        this.#tellOf(taken);
        taken.batch?.acknowledge();
        return;
      } catch (error) {
        const isRewritten = error instanceof SessionsError && error.code === "STORE_CHANGED";
        if (attempt === ATTEMPTS || !isRewritten) {
          this.#takeBack(taken, error);
          return;
        }
        // The next attempt finds what the other program wrote, and compares.
        taken.batch?.waitAgain();
        this.sessions.restoreBefore(taken.before);
        this.#loaded.waiting.waitAgain(taken);
      } finally {
        this.#isWriting = false;
      }
    }
  }

  #take(taken: Taken): Conflicts {
    this.#isWriting = true;
    this.#loaded.waiting.take(taken, this.sessions);
    taken.before = this.sessions.takeBefore();
    taken.changedIds = this.sessions.takeChangedIds();
    taken.news = this.#loaded.told.compare(this.sessions, taken.changedIds);
    taken.noteInHistory = this.#loaded.history.noteCommit(this.sessions, taken);
    return conflictsToLog(taken.handEdits.values(), this.#settings.time.now());
  }

  /** It is in the file. */
  #tellOf({ changedIds, news, handEdits, noteInHistory }: Taken): void {
    if (changedIds.size > 0) this.#commitCount += 1;
    noteInHistory();
    this.#loaded.tell(news);
    for (const { conflict } of handEdits.values()) this.#listener.conflicted(conflict);
  }

  #takeBack(taken: Taken, error: unknown): void {
    const isWritten = error instanceof SessionsError && error.code === "DURABILITY_UNKNOWN";
    const { batch: batching, touchDelayMs, time } = this.#settings;
    const { batch = this.#loaded.waiting.queue.take(), touches } = taken;
    this.#loaded.trouble.writeFailed(error, time.now());
    batch.fail(error, isWritten);
    if (batching !== undefined) this.#commits.plan(batching.everyMs, false);
    const areTouchesLate = touches.size > 0 || this.#loaded.waiting.touches.size > 0;
    // Nobody waits for them, but for `close`.
    if (this.#closing === undefined && (areTouchesLate || batching !== undefined)) this.#listener.failed(error);
    if (isWritten) {
      this.#tellOf(taken);
      return;
    }
    this.#loaded.waiting.waitAgain(taken);
    // Last activities alone are no reason to try for ever in a process that has nothing else to do.
    if (this.#loaded.waiting.isAtStake) this.#commits.plan(touchDelayMs, this.#loaded.waiting.queue.size > 0);
    // What was refused must not be there, and must not be written later, where the file cannot be read now.
    // What another program wrote meanwhile is compared by the next look.
    if (!this.#tryToReload("dropChanges")) this.#tryToReload("reload");
  }

  #tryToReload(from: "reload" | "dropChanges"): boolean {
    try {
      this.#loaded.reload(undefined, from);
      return true;
    } catch (error) {
      this.#listener.failed(error);
      return false;
    }
  }
}
