import { SessionsError } from "../errors.js";
import type { Retention } from "../session/retention.js";
import type { DurableSessions } from "./durable-sessions.js";
import type { LiveSession, LiveSessions } from "./live-sessions.js";
import type { ManagedSession } from "./managed-session.js";
import { isActive } from "./session-selection.js";

export interface FoundSession {
  readonly session: LiveSession;
  /** It is in the file alone; the next commit, or `flush`, reads it. */
  readonly isNotInMemory: boolean;
  readonly view: () => ManagedSession;
}

/** Active sessions, or of any state. */
export type SearchedState = "active" | "all";

/** Finds sessions by their ids. */
export class SessionSearch {
  readonly #durable: DurableSessions;
  readonly #retention: () => Retention;

  constructor(durable: DurableSessions, retention: () => Retention) {
    this.#durable = durable;
    this.#retention = retention;
  }

  /** A session in memory; where it is not there, the file is looked at before that is believed. */
  find(sessionId: string, state: SearchedState = "active"): FoundSession | undefined {
    this.#durable.look();
    const { sessions } = this.#durable;
    return this.#findIn(sessions, sessionId, state) ?? this.#findIn(this.#durable.latest(), sessionId, state);
  }

  /** The same of an active one. @throws SessionsError SESSION_NOT_FOUND */
  get(sessionId: string): FoundSession {
    const found = this.find(sessionId);
    if (found === undefined) throw this.#notFound(sessionId);
    return found;
  }

  /** An active session in memory, for changes that are made, and made again, on it. @throws SessionsError SESSION_NOT_FOUND */
  getInMemory(sessionId: string): LiveSession {
    const found = this.#findIn(this.#durable.sessions, sessionId, "active");
    if (found === undefined) throw this.#notFound(sessionId);
    return found.session;
  }

  #findIn(sessions: LiveSessions, sessionId: string, state: SearchedState): FoundSession | undefined {
    const session = sessions.find(sessionId);
    if (session === undefined || (state === "active" && !isActive(session, this.#retention()))) return undefined;
    const isNotInMemory = sessions !== this.#durable.sessions;
    return { session, isNotInMemory, view: () => sessions.view(session) };
  }

  #notFound(sessionId: string): SessionsError {
    const reason = `there is no active session ${JSON.stringify(sessionId)}`;
    return new SessionsError("SESSION_NOT_FOUND", { path: this.#durable.path, reason, ids: [sessionId] });
  }
}
