// Law 4: acknowledged means fsynced.
import { SessionsError } from "../errors.js";
import type { Instant } from "../session/timestamp.js";
import type { Locking } from "../store/csv-change.js";
import { LiveCsv } from "../store/live-csv.js";
import type { Faults } from "../store/store.js";
import { ChangeQueue, type CommitBatch } from "./change-queue.js";
import { LiveSessions, type LiveSession } from "./live-sessions.js";
import type { SessionManagerOptions } from "./options.js";
import type { TimeSource, Timer } from "./system-time.js";

/** Who is told of what happens beside the changes that somebody waits for. */
export interface DurableListener {
  reloaded(): void;
  failed(error: unknown): void;
}

export interface DurableSettings {
  readonly touchDelayMs: number;
  readonly batch: SessionManagerOptions["batch"];
  readonly time: TimeSource;
}

/** How often the file is looked at for changes of other programs, at most. */
const LOOK_EVERY_US = 250_000;

/**
 * The sessions of a file in memory, and their way to the disk: changes that come while a commit is under way share the next
 * one; last activities are written together, a little late; what another program writes is read before anything is written.
 */
export class DurableSessions {
  readonly #live: LiveCsv;
  readonly #settings: DurableSettings;
  readonly #listener: DurableListener;
  readonly #queue = new ChangeQueue();
  #sessions: LiveSessions;
  /** Last activities that are later than the records say. */
  #touched = new Map<string, Instant>();
  #work: Promise<void> | undefined;
  #isCommitWanted = false;
  #commitTimer: Timer | undefined;
  #lookedAt: Instant;
  #isClosed = false;

  /** @throws SessionsError as `LiveCsv` */
  constructor(file: string, locking: Locking, settings: DurableSettings, listener: DurableListener) {
    this.#settings = settings;
    this.#listener = listener;
    const sessions = new LiveSessions();
    this.#live = new LiveCsv(file, locking, (read) => sessions.load(read));
    sessions.image = this.#live.image;
    this.#sessions = sessions;
    this.#lookedAt = settings.time.now();
  }

  get path(): string {
    return this.#live.path;
  }

  /** Others after each time that the file is read anew. */
  get sessions(): LiveSessions {
    return this.#sessions;
  }

  /** Records that cannot be decoded. */
  get damaged(): Faults {
    return this.#live.image.leftOut;
  }

  /** Looks whether another program changed the file, now and then; where it cannot be read, what is in memory counts. */
  look(): void {
    this.#requireOpen();
    const now = this.#settings.time.now();
    if (this.#work !== undefined || Math.abs(now - this.#lookedAt) < LOOK_EVERY_US) return;
    this.#lookedAt = now;
    try {
      if (!this.#live.isCurrent()) this.#reload();
    } catch (error) {
      this.#listener.failed(error);
    }
  }

  /** The session was active now. It is written a little later, with others. */
  touch(session: LiveSession): void {
    session.lastActivity = Math.max(session.lastActivity, this.#settings.time.now());
    this.#touched.set(session.sessionId, session.lastActivity);
    this.#planCommit(this.#settings.touchDelayMs);
  }

  /**
   * Makes a change in memory at once, and again on what another program wrote meanwhile.
   * @returns its result, when it is on the disk; with `batch` at once
   * @throws what `run` throws, and the SessionsErrors of `LiveCsv.commit`: the change is taken back
   */
  async change<Result>(run: () => Result): Promise<Result> {
    this.#requireOpen();
    const { batch } = this.#settings;
    if (batch === undefined) {
      const written = this.#queue.add(run);
      this.#commitNow();
      return written;
    }
    let result: Result | undefined;
    const written = this.#queue.add(() => (result = run()), true);
    // It is acknowledged already: where it cannot be made any more, nobody waits for it.
    written.catch((error: unknown) => this.#listener.failed(error));
    if (this.#queue.size >= batch.changes) this.#commitNow();
    else this.#planCommit(batch.everyMs);
    return result as Result;
  }

  /** Resolves when everything that was changed or touched before is on the disk. */
  async flush(): Promise<void> {
    this.#requireOpen();
    const written = this.#queue.add(() => undefined);
    this.#commitNow();
    await written;
  }

  /** Writes what is not written yet, and gives the file back. May be called again. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    try {
      await this.flush();
    } finally {
      this.#isClosed = true;
      this.#commitTimer?.cancel();
      await this.#work;
      this.#live.close();
    }
  }

  #requireOpen(): void {
    if (this.#isClosed) throw new Error("This session manager is closed");
  }

  #planCommit(delayMs: number): void {
    this.#commitTimer ??= this.#settings.time.after(delayMs, () => this.#commitNow());
  }

  #commitNow(): void {
    this.#commitTimer?.cancel();
    this.#commitTimer = undefined;
    this.#isCommitWanted = true;
    this.#work ??= this.#commitWhileWanted();
  }

  async #commitWhileWanted(): Promise<void> {
    while (this.#isCommitWanted) {
      this.#isCommitWanted = false;
      await this.#commit();
    }
    // At once, so that nobody who wants a commit counts on one that is over.
    this.#work = undefined;
  }

  /** Writes all that waits. Never rejects. */
  async #commit(): Promise<void> {
    let batch: CommitBatch | undefined;
    let touched = new Map<string, Instant>();
    try {
      await this.#live.commit(
        () => this.#reload(),
        () => {
          batch = this.#queue.take();
          touched = this.#touched;
          this.#touched = new Map();
          this.#writeTouches(touched);
        },
      );
      batch?.acknowledge();
    } catch (error) {
      this.#takeBack(batch ?? this.#queue.take(), touched, error);
    }
  }

  #takeBack(batch: CommitBatch, touched: ReadonlyMap<string, Instant>, error: unknown): void {
    const isWritten = error instanceof SessionsError && error.code === "DURABILITY_UNKNOWN";
    const { batch: batching, touchDelayMs } = this.#settings;
    batch.fail(error, isWritten);
    if (batching !== undefined) this.#planCommit(batching.everyMs);
    if (touched.size > 0 || batching !== undefined) this.#listener.failed(error);
    if (isWritten) return;
    for (const [sessionId, time] of touched) {
      this.#touched.set(sessionId, Math.max(time, this.#touched.get(sessionId) ?? -Infinity));
    }
    if (touched.size > 0) this.#planCommit(touchDelayMs);
    try {
      this.#reload();
    } catch (reloadError) {
      this.#listener.failed(reloadError);
    }
  }

  #writeTouches(touched: ReadonlyMap<string, Instant>): void {
    for (const sessionId of touched.keys()) {
      const session = this.#sessions.find(sessionId);
      if (session !== undefined) this.#sessions.writeActivity(session);
    }
  }

  /** Reads the file anew, and makes all changes again that are not written. */
  #reload(): void {
    const sessions = new LiveSessions();
    this.#live.reload((read) => sessions.load(read));
    sessions.image = this.#live.image;
    this.#sessions = sessions;
    for (const [sessionId, time] of this.#touched) {
      const session = sessions.find(sessionId);
      if (session === undefined || session.lastActivity >= time) this.#touched.delete(sessionId);
      else session.lastActivity = time;
    }
    this.#queue.runAgain();
    this.#listener.reloaded();
  }
}
