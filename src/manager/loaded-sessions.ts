import { SessionsError } from "../errors.js";
import type { Instant } from "../session/timestamp.js";
import { LiveCsv, type Writer } from "../store/live-csv.js";
import type { CheckedOptions } from "./checked-options.js";
import type { DurableListener } from "./durable-listener.js";
import { FileHistory } from "./file-history.js";
import { findHandEdits, type HandEdit } from "./hand-edits.js";
import { LiveSessions } from "./live-sessions.js";
import { ToldSessions, type PendingNews } from "./told-sessions.js";
import { Trouble } from "./trouble.js";
import { Waiting } from "./waiting.js";

/** How often the file is looked at for changes of other programs, at most. */
const LOOK_EVERY_US = 250_000;

/**
 * The sessions of a file in memory, with what waits to be written: read anew where another program wrote the file, and all that
 * waits is then made again on them.
 */
export class LoadedSessions {
  readonly live: LiveCsv;
  readonly waiting = new Waiting();
  readonly history = new FileHistory();
  readonly told = new ToldSessions();
  readonly trouble = new Trouble();
  readonly #time: CheckedOptions["time"];
  readonly #listener: DurableListener;
  readonly #onCommitNeeded: () => void;
  #sessions: LiveSessions;
  #lookedAt: Instant;

  /**
   * @param onCommitNeeded what was read needs a commit, or can be judged by one only
   * @throws SessionsError as `LiveCsv`
   */
  constructor(
    { file, locking, time }: Pick<CheckedOptions, "file" | "locking" | "time">,
    listener: DurableListener,
    onCommitNeeded: () => void,
  ) {
    this.#time = time;
    this.#listener = listener;
    this.#onCommitNeeded = onCommitNeeded;
    const sessions = new LiveSessions();
    this.live = new LiveCsv(file, locking, (read) => sessions.load(read));
    sessions.image = this.live.image;
    this.#sessions = sessions;
    this.#lookedAt = time.now();
  }

  /** Others after each time that the file is read anew. */
  get sessions(): LiveSessions {
    return this.#sessions;
  }

  /** Looks whether another program changed the file, now and then; where it cannot be read, what is in memory counts. */
  lookNowAndThen(): void {
    const now = this.#time.now();
    if (Math.abs(now - this.#lookedAt) < LOOK_EVERY_US) return;
    this.#lookedAt = now;
    this.#look();
  }

  /**
   * Looks once more, before the file is given back; where it cannot be read, there is nothing to compare.
   * @returns as `#readNews`
   */
  lookLast(): boolean {
    try {
      return this.#readNews();
    } catch (error) {
      if (!(error instanceof SessionsError)) throw error;
      return false;
    }
  }

  /**
   * The sessions of the file as it is now. They are others than `sessions` where only under the lock it can be known who wrote the
   * file: then the next commit takes them in.
   */
  latest(): LiveSessions {
    if (this.#isCurrent()) return this.#sessions;
    this.#look();
    return this.#isCurrent() ? this.#sessions : this.#peek();
  }

  /**
   * Reads the file anew, and makes all changes again that are not written.
   * @param writer one without the lock may have lost what this manager wrote; undefined: nothing is compared
   * @param from "dropChanges": not the file, but what it held when it was read or written last
   * @throws SessionsError as `LiveCsv.reload` and `LiveCsv.dropChanges`
   */
  reload(writer: Writer | undefined, from: "reload" | "dropChanges" = "reload"): void {
    const before = this.#sessions;
    const sessions = new LiveSessions();
    this.live[from]((read) => sessions.load(read));
    sessions.image = this.live.image;
    const handEdits = this.#compare(before, sessions, writer);
    sessions.keepWritten(before);
    this.#sessions = sessions;
    const news = this.told.compareAll(sessions);
    this.waiting.makeAgain(this.live.path, () => this.#sessions, handEdits);
    // Last: whoever is told may change sessions.
    this.tell(news);
    if (from === "reload") this.#listener.reloaded();
  }

  tell(pending: PendingNews | undefined): void {
    if (pending !== undefined) this.told.tell(pending, (news) => this.#listener.happened(news));
  }

  #compare(before: LiveSessions, sessions: LiveSessions, writer: Writer | undefined): HandEdit[] {
    const touches = this.waiting.touches.all;
    if (writer === undefined) return [];
    if (writer === "ours") {
      this.history.noteOthers(before, sessions, touches);
      sessions.noteWrittenByOthers(before);
      return [];
    }
    return findHandEdits(before, sessions, touches, this.history, writer);
  }

  #look(): void {
    try {
      if (this.#readNews()) this.#onCommitNeeded();
    } catch (error) {
      if (this.trouble.readFailed(error)) this.#listener.failed(error);
    }
  }

  /** @returns what was read needs a commit, or can be judged by one only */
  #readNews(): boolean {
    const news = this.live.news(new Date(this.#time.now() / 1000));
    const isAtStake = this.#sessions.isChangedByUs || this.waiting.isAtStake;
    // Under the lock there is no doubt.
    const isPutOff = news === "unfinished" || (news === "in doubt" && isAtStake);
    const isRead = news !== undefined && !isPutOff;
    if (isRead) this.reload(news);
    this.trouble.wasRead(isRead);
    return this.waiting.hasHandEdits || (isPutOff && isAtStake);
  }

  #isCurrent(): boolean {
    try {
      return this.live.isCurrent();
    } catch {
      // Looking says why.
      return false;
    }
  }

  /** Read, and not taken in. */
  #peek(): LiveSessions {
    const sessions = new LiveSessions();
    try {
      sessions.image = this.live.peek((read) => sessions.load(read));
      return sessions;
    } catch (error) {
      if (!(error instanceof SessionsError)) throw error;
      return this.#sessions;
    }
  }
}
