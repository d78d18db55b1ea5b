// Law 4: acknowledged means fsynced.
import { SessionsError } from "../errors.js";
import type { Instant } from "../session/timestamp.js";
import { LiveCsv, type Conflicts, type Writer } from "../store/live-csv.js";
import type { Faults } from "../store/store.js";
import { ChangeQueue } from "./change-queue.js";
import type { CheckedOptions } from "./checked-options.js";
import { CommitLoop } from "./commit-loop.js";
import type { DurableListener } from "./durable-listener.js";
import { conflictsToLog, findHandEdits, putBack, refusalOf, type HandEdit } from "./hand-edits.js";
import { LiveSessions, type LiveSession } from "./live-sessions.js";
import type { Timer } from "./system-time.js";
import { ToldSessions, type PendingNews } from "./told-sessions.js";
import { Taken } from "./taken.js";
import { Touches } from "./touches.js";
import { Trouble } from "./trouble.js";

export type DurableSettings = Pick<CheckedOptions, "file" | "locking" | "touchDelayMs" | "batch" | "time">;

/** How often the file is looked at for changes of other programs, at most. */
const LOOK_EVERY_US = 250_000;
/** How often it is looked at where nobody asks and somebody listens. */
const WATCH_EVERY_MS = 1000;
/** How often a commit is tried again where another program writes the file between the look and the rename. */
const ATTEMPTS = 3;

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
  readonly #touches = new Touches();
  /** What is to be put into the log with the next commit, by session. */
  #handEdits = new Map<string, HandEdit>();
  readonly #commits: CommitLoop;
  #watchTimer: Timer | undefined;
  readonly #told = new ToldSessions();
  #commitCount = 0;
  readonly #trouble = new Trouble();
  #lookedAt: Instant;
  #closing: Promise<void> | undefined;

  /** @throws SessionsError as `LiveCsv` */
  constructor(settings: DurableSettings, listener: DurableListener) {
    const { file, locking } = settings;
    this.#settings = settings;
    this.#listener = listener;
    this.#commits = new CommitLoop(settings.time, () => this.#commit());
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
    if (this.#commits.work !== undefined || Math.abs(now - this.#lookedAt) < LOOK_EVERY_US) return;
    this.#lookedAt = now;
    try {
      const news = this.#live.news(new Date(now / 1000));
      const isAtStake = this.#sessions.isChangedByUs || this.#touches.size > 0 || this.#queue.size > 0;
      // Under the lock there is no doubt.
      const isPutOff = news === "unfinished" || (news === "in doubt" && isAtStake);
      const isRead = news !== undefined && !isPutOff;
      if (isRead) this.#reload(news);
      if (this.#handEdits.size > 0 || (isPutOff && isAtStake)) this.#commits.now();
      this.#trouble.wasRead(isRead);
    } catch (error) {
      this.#trouble.readFailed(error);
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
    return this.#trouble.find(this.#settings.time.now(), this.#live.image.borderFault);
  }

  /** Tells from here on, or no more, what happens to sessions, and looks for it where nobody asks. */
  watch(isWanted: boolean): void {
    this.#watchTimer?.cancel();
    this.#watchTimer = undefined;
    if (!isWanted || this.#closing !== undefined) {
      this.#told.end();
      return;
    }
    this.#told.begin(this.#sessions);
    this.#watchTimer = this.#settings.time.after(WATCH_EVERY_MS, () => {
      if (this.#closing === undefined) this.look();
      this.watch(true);
    });
  }

  /** The session was active now. It is written a little later, with others. */
  touch(session: LiveSession): void {
    this.#touches.add(session, this.#settings.time.now());
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
      const written = this.#queue.add(run, { sessionId });
      this.#commits.now();
      return written;
    }
    let result: Result | undefined;
    const written = this.#queue.add(() => (result = run()), { sessionId, isAcknowledged: true });
    // It is acknowledged already: where it cannot be made any more, nobody waits for it.
    written.catch((error: unknown) => this.#listener.failed(error));
    if (this.#queue.size >= batch.changes) this.#commits.now();
    else this.#commits.plan(batch.everyMs);
    return result as Result;
  }

  /** Resolves when everything that was changed or touched before is on the disk. */
  async flush(): Promise<void> {
    this.#requireOpen();
    const written = this.#queue.add(() => undefined);
    this.#commits.now();
    await written;
  }

  /**
   * Writes what is not written yet, and gives the file back; where nothing waits, it is not touched. May be called again: a
   * failure is told once.
   */
  async close(): Promise<void> {
    if (this.#closing === undefined) await (this.#closing = this.#end());
    else await this.#closing.catch(() => undefined);
  }

  async #end(): Promise<void> {
    try {
      if (!this.#isAtRest()) await this.flush();
    } finally {
      await this.#commits.end();
      this.watch(false);
      this.#live.close();
    }
  }

  #isAtRest(): boolean {
    const isWritten = this.#queue.isEmpty && this.#touches.size === 0 && this.#handEdits.size === 0;
    return isWritten && this.#commits.work === undefined && !this.#live.isUnsure;
  }

  #requireOpen(): void {
    if (this.#closing !== undefined) throw new Error("This session manager is closed");
  }

  /** Writes all that waits. Never rejects. */
  async #commit(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const taken = new Taken();
      try {
        await this.#live.commit(
          (writer) => this.#reload(writer),
          () => this.#take(taken),
        );
        this.#trouble.wasWritten();
        if (taken.changedIds.size > 0) this.#commitCount += 1;
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
        this.#sessions.restoreBefore(taken.before);
        this.#waitAgain(taken);
      }
    }
  }

  #take(taken: Taken): Conflicts {
    taken.batch = this.#queue.take();
    taken.touches = this.#touches.take();
    taken.handEdits = this.#handEdits;
    this.#handEdits = new Map();
    for (const sessionId of taken.touches.keys()) this.#sessions.writeActivity(sessionId);
    taken.before = this.#sessions.takeBefore();
    taken.changedIds = this.#sessions.takeChangedIds();
    taken.news = this.#told.compare(this.#sessions, taken.changedIds);
    return conflictsToLog(taken.handEdits.values(), this.#settings.time.now());
  }

  #tellOf({ news, handEdits }: Taken): void {
    this.#tell(news);
    for (const { conflict } of handEdits.values()) this.#listener.conflicted(conflict);
  }

  #tell(pending: PendingNews | undefined): void {
    if (pending !== undefined) this.#told.tell(pending, (news) => this.#listener.happened(news));
  }

  #waitAgain({ touches, handEdits }: Taken): void {
    this.#touches.waitAgain(touches);
    this.#handEdits = new Map([...handEdits, ...this.#handEdits]);
  }

  #takeBack(taken: Taken, error: unknown): void {
    const isWritten = error instanceof SessionsError && error.code === "DURABILITY_UNKNOWN";
    const { batch: batching, touchDelayMs, time } = this.#settings;
    const { batch = this.#queue.take(), touches } = taken;
    this.#trouble.writeFailed(error, time.now());
    batch.fail(error, isWritten);
    if (batching !== undefined) this.#commits.plan(batching.everyMs);
    if (touches.size > 0 || batching !== undefined) this.#listener.failed(error);
    if (isWritten) {
      this.#tellOf(taken);
      return;
    }
    this.#waitAgain(taken);
    if (this.#touches.size > 0 || this.#queue.size > 0) this.#commits.plan(touchDelayMs);
    // What was refused must not be there, and must not be written later, where the file cannot be read now.
    if (!this.#tryToReload("reload")) this.#tryToReload("dropChanges");
  }

  #tryToReload(from: "reload" | "dropChanges"): boolean {
    try {
      this.#reload("ours", from);
      return true;
    } catch (error) {
      this.#listener.failed(error);
      return false;
    }
  }

  /**
   * Reads the file anew, and makes all changes again that are not written.
   * @param writer one without the lock may have lost what this manager wrote
   * @param from "dropChanges": not the file, but what it held when it was read or written last
   */
  #reload(writer: Writer = "ours", from: "reload" | "dropChanges" = "reload"): void {
    const before = this.#sessions;
    const sessions = new LiveSessions();
    this.#live[from]((read) => sessions.load(read));
    sessions.image = this.#live.image;
    const handEdits =
      writer === "ours" ? [] : findHandEdits(before, sessions, this.#touches.all, writer === "in doubt");
    sessions.keepWritten(before);
    this.#sessions = sessions;
    const news = this.#told.compareAll(sessions);
    const refused = new Set<string>();
    for (const edit of handEdits) {
      const { sessionId } = edit.conflict;
      this.#handEdits.set(sessionId, edit);
      if (edit.isRefused) refused.add(sessionId);
      // Nobody waits for it, so that it is tried until it is written.
      else if (edit.putBack.last_activity !== undefined) this.#queue.addFirst(() => putBack(this.#sessions, edit));
    }
    this.#touches.moveTo((sessionId) => (refused.has(sessionId) ? undefined : sessions.find(sessionId)));
    this.#queue.runAgain((sessionId) => (refused.has(sessionId) ? refusalOf(this.path, sessionId) : undefined));
    // Last: whoever is told may change sessions.
    this.#tell(news);
    if (from === "reload") this.#listener.reloaded();
  }
}
