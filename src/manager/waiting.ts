import { ChangeQueue } from "./change-queue.js";
import { refusalOf, type HandEdit } from "./hand-edits.js";
import type { LiveSessions } from "./live-sessions.js";
import type { Taken } from "./taken.js";
import { Touches } from "./touches.js";

/** All that waits for the next commit: changes, last activities, and what is to be put into the log. */
export class Waiting {
  readonly queue = new ChangeQueue();
  readonly touches = new Touches();
  /** By session. */
  #handEdits = new Map<string, HandEdit>();

  /** Somebody, or something, needs a commit. */
  get isNeeded(): boolean {
    return !this.queue.isEmpty || this.touches.size > 0 || this.#handEdits.size > 0;
  }

  /** Changes or last activities would be written. */
  get isAtStake(): boolean {
    return this.queue.size > 0 || this.touches.size > 0;
  }

  get hasHandEdits(): boolean {
    return this.#handEdits.size > 0;
  }

  /** What is written next, with the last activities in their records; from here on other changes wait. */
  take(taken: Taken, sessions: LiveSessions): void {
    taken.batch = this.queue.take();
    taken.touches = this.touches.take();
    taken.handEdits = this.#handEdits;
    this.#handEdits = new Map();
    for (const sessionId of taken.touches.keys()) sessions.writeActivity(sessionId);
  }

  /** What was taken is not written after all; what becomes of its batch is said elsewhere. */
  waitAgain({ touches, handEdits }: Taken): void {
    this.touches.waitAgain(touches);
    this.#handEdits = new Map([...handEdits, ...this.#handEdits]);
  }

  /**
   * Makes all changes again on another version of the file, as far as the hand edits in it leave room for them.
   * @param sessions of the version in memory, now and whenever it is asked for
   */
  makeAgain(path: string, sessions: () => LiveSessions, handEdits: readonly HandEdit[]): void {
    const refused = new Set<string>();
    const mends: (() => void)[] = [];
    for (const edit of handEdits) {
      const { conflict, isRefused, mend } = edit;
      this.#handEdits.set(conflict.sessionId, edit);
      if (isRefused) refused.add(conflict.sessionId);
      else if (mend !== undefined) mends.push(() => mend(sessions()));
    }
    // Nobody waits for it, so that it is tried until it is written.
    this.queue.addFirst(mends);
    const touchThoseMade = this.touches.moveTo((sessionId) =>
      refused.has(sessionId) ? undefined : sessions().find(sessionId),
    );
    this.queue.runAgain((sessionId) => (refused.has(sessionId) ? refusalOf(path, sessionId) : undefined));
    touchThoseMade();
  }
}
