import type { Instant } from "../session/timestamp.js";
import type { LiveSession } from "./live-sessions.js";

/** A last activity that is not written yet. */
export interface Touch {
  /** What the record says. */
  readonly from: Instant;
  readonly to: Instant;
}

/** Last activities that are later than the records say, by session. */
export class Touches {
  #byId = new Map<string, Touch>();

  get size(): number {
    return this.#byId.size;
  }

  get all(): ReadonlyMap<string, Touch> {
    return this.#byId;
  }

  /** The session was active at a time. */
  add(session: LiveSession, time: Instant): void {
    const { sessionId, lastActivity } = session;
    session.lastActivity = Math.max(lastActivity, time);
    this.#byId.set(sessionId, { from: this.#byId.get(sessionId)?.from ?? lastActivity, to: session.lastActivity });
  }

  /** What is written next; from here on other touches wait. */
  take(): ReadonlyMap<string, Touch> {
    const touches = this.#byId;
    this.#byId = new Map();
    return touches;
  }

  /** What was taken is not written after all. */
  waitAgain(touches: ReadonlyMap<string, Touch>): void {
    for (const [sessionId, { from, to }] of touches) {
      this.#byId.set(sessionId, { from, to: Math.max(to, this.#byId.get(sessionId)?.to ?? -Infinity) });
    }
  }

  /**
   * Touches the sessions of another version of the file; what is later there already, or not there any more, waits no longer.
   * @param find the session to touch; undefined where none is
   * @returns touches the sessions that are not there, once they are
   */
  moveTo(find: (sessionId: string) => LiveSession | undefined): () => void {
    const absent: [sessionId: string, to: Instant][] = [];
    for (const [sessionId, { to }] of this.#byId) {
      const session = find(sessionId);
      if (session === undefined) absent.push([sessionId, to]);
      if (session === undefined || session.lastActivity >= to) this.#byId.delete(sessionId);
      else session.lastActivity = to;
    }
    return () => {
      for (const [sessionId, to] of absent) {
        const session = find(sessionId);
        if (session !== undefined && session.lastActivity < to) this.add(session, to);
      }
    };
  }
}
