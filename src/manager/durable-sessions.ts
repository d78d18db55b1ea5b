// Law 4: acknowledged means fsynced.
import { SessionsError } from "../errors.js";
import type { Instant } from "../session/timestamp.js";
import type { LockOptions } from "../storage/lock.js";
import { LiveCsv } from "../store/live-csv.js";
import type { Faults } from "../store/store.js";
import { ChangeQueue, type CommitBatch } from "./change-queue.js";
import { LiveSessions, type LiveSession } from "./live-sessions.js";
import type { SessionManagerOptions } from "./options.js";
import type { TimeSource, Timer } from "./system-time.js";
import { ToldSessions, type PendingNews, type SessionNews } from "./told-sessions.js";

/** Who is told of what happens beside the changes that somebody waits for. */
export interface DurableListener {
  reloaded(): void;
  failed(error: unknown): void;
  happened(news: SessionNews): void;
}

export interface DurableSettings {
  readonly touchDelayMs: number;
  readonly batch: SessionManagerOptions["batch"];
  readonly time: TimeSource;
}

/** How often the file is looked at for changes of other programs, at most. */
const LOOK_EVERY_US = 250_000;
/** How often it is looked at where nobody asks and somebody listens. */
const WATCH_EVERY_MS = 1000;
/** So long a commit that failed says that the file cannot be written. */
const TROUBLE_LASTS_US = 60_000_000;

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
  #watchTimer: Timer | undefined;
  readonly #told = new ToldSessions();
  #commitCount = 0;
  #readTrouble: unknown;
  #writeTrouble: { readonly error: unknown; readonly at: Instant } | undefined;
  #lookedAt: Instant;
  #isClosed = false;

  /** @throws SessionsError as `LiveCsv` */
  constructor(file: string, locking: LockOptions, settings: DurableSettings, listener: DurableListener) {
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
      if (!this.#live.isCurrent()) {
        this.#reload();
        this.#writeTrouble = undefined;
      }
      this.#readTrouble = undefined;
    } catch (error) {
      this.#readTrouble = error;
      this.#listener.failed(error);
    }
  }

  /** How many versions of the file were written. */
  get commitCount(): number {
    return this.#commitCount;
  }

  /** Why the file cannot be read or written, as far as that is known; undefined where all is well. */
  findTrouble(): unknown {
    this.look();
    const { error, at = -Infinity } = this.#writeTrouble ?? {};
    const isRecent = this.#settings.time.now() - at < TROUBLE_LASTS_US;
    return this.#readTrouble ?? this.#live.image.borderFault ?? (isRecent ? error : undefined);
  }

  /** Tells from here on, or no more, what happens to sessions, and looks for it where nobody asks. */
  watch(isWanted: boolean): void {
    this.#watchTimer?.cancel();
    this.#watchTimer = undefined;
    if (!isWanted || this.#isClosed) {
      this.#told.end();
      return;
    }
    this.#told.begin(this.#sessions);
    this.#watchTimer = this.#settings.time.after(WATCH_EVERY_MS, () => {
      this.look();
      this.watch(true);
    });
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
      this.watch(false);
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
    let changedIds: ReadonlySet<string> = new Set();
    let news: PendingNews | undefined;
    try {
      await this.#live.commit(
        () => this.#reload(),
        () => {
          batch = this.#queue.take();
          touched = this.#touched;
          this.#touched = new Map();
          this.#writeTouches(touched);
          changedIds = this.#sessions.takeChangedIds();
          news = this.#told.compare(this.#sessions, changedIds);
        },
      );
      this.#readTrouble = this.#writeTrouble = undefined;
      if (changedIds.size > 0) this.#commitCount += 1;
      this.#tell(news);
      batch?.acknowledge();
    } catch (error) {
      this.#takeBack(batch ?? this.#queue.take(), touched, error);
      if (isWritten(error)) this.#tell(news);
    }
  }

  #tell(pending: PendingNews | undefined): void {
    pending?.settle();
    for (const news of pending?.news ?? []) this.#listener.happened(news);
  }

  #takeBack(batch: CommitBatch, touched: ReadonlyMap<string, Instant>, error: unknown): void {
    const { batch: batching, touchDelayMs, time } = this.#settings;
    this.#writeTrouble = { error, at: time.now() };
    batch.fail(error, isWritten(error));
    if (batching !== undefined) this.#planCommit(batching.everyMs);
    if (touched.size > 0 || batching !== undefined) this.#listener.failed(error);
    if (isWritten(error)) return;
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
    this.#tell(this.#told.compareAll(sessions));
    for (const [sessionId, time] of this.#touched) {
      const session = sessions.find(sessionId);
      if (session === undefined || session.lastActivity >= time) this.#touched.delete(sessionId);
      else session.lastActivity = time;
    }
    this.#queue.runAgain();
    this.#listener.reloaded();
  }
}

function isWritten(error: unknown): boolean {
  return error instanceof SessionsError && error.code === "DURABILITY_UNKNOWN";
}
