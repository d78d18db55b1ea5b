import type { Instant } from "../session/timestamp.js";
import type { TimeSource, Timer } from "./system-time.js";

/** Runs one commit after the other, never two at once, as long as one is wanted. */
export class CommitLoop {
  readonly #time: TimeSource;
  readonly #commit: () => Promise<void>;
  #work: Promise<void> | undefined;
  #isWanted = false;
  #timer: Timer | undefined;
  /** When it is due. */
  #dueAt: Instant = Infinity;
  #keepsAlive = false;
  #isEnded = false;

  /** @param commit writes all that waits, and never rejects */
  constructor(time: TimeSource, commit: () => Promise<void>) {
    this.#time = time;
    this.#commit = commit;
  }

  /** The commits that are under way; undefined where none is. */
  get work(): Promise<void> | undefined {
    return this.#work;
  }

  /**
   * A commit is wanted after so long, unless an earlier one is planned already.
   * @param keepsAlive the process does not end before it
   */
  plan(delayMs: number, keepsAlive = true): void {
    if (this.#isEnded) return;
    const now = this.#time.now();
    const dueAt = now + delayMs * 1000;
    const isPlanned = this.#timer !== undefined;
    if (isPlanned && this.#dueAt <= dueAt && (this.#keepsAlive || !keepsAlive)) return;
    this.cancelPlan();
    this.#dueAt = isPlanned ? Math.min(this.#dueAt, dueAt) : dueAt;
    this.#keepsAlive = keepsAlive || (isPlanned && this.#keepsAlive);
    this.#timer = this.#time.after((this.#dueAt - now) / 1000, () => this.now(), this.#keepsAlive);
  }

  /** A commit is wanted that begins now, or as soon as the one that is under way is over. */
  now(): void {
    this.cancelPlan();
    this.#isWanted = true;
    this.#work ??= this.#commitWhileWanted();
  }

  cancelPlan(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** No commit is planned from here on. Resolves when those that were wanted are over. */
  async end(): Promise<void> {
    this.#isEnded = true;
    this.cancelPlan();
    await this.#work;
  }

  async #commitWhileWanted(): Promise<void> {
    while (this.#isWanted) {
      this.#isWanted = false;
      await this.#commit();
    }
    // At once, so that nobody who wants a commit counts on one that is over.
    this.#work = undefined;
  }
}
